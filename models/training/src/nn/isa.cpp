#include "nn/isa.hpp"

#include <vector>

namespace czip::nn {
namespace {

std::vector<Isa> find_supported() {
  std::vector<Isa> isas{Isa::baseline};
#ifdef CZIP_NN_HAVE_X86_KERNELS
  if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0) {
    isas.push_back(Isa::avx2);
    if (__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
        __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0)
      isas.push_back(Isa::avx512);
  }
#endif
  return isas;
}

}  // namespace

std::string_view isa_name(Isa isa) {
  switch (isa) {
    case Isa::baseline:
      return "baseline";
    case Isa::avx2:
      return "avx2";
    case Isa::avx512:
      break;
  }
  return "avx512";
}

std::span<const Isa> supported_isas() {
  static const std::vector<Isa> kIsas = find_supported();
  return kIsas;
}

}  // namespace czip::nn
