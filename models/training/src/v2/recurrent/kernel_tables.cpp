// Finds the table of an instruction set, which kernels.cpp's objects define.
#include "v2/recurrent/kernels.hpp"

namespace czip::v2::training {

#ifdef CZIP_NN_HAVE_X86_KERNELS
namespace avx2 {
extern const RecurrentKernels kRecurrentKernels;
}
namespace avx512 {
extern const RecurrentKernels kRecurrentKernels;
}
#endif
namespace baseline {
extern const RecurrentKernels kRecurrentKernels;
}

const RecurrentKernels& recurrent_kernels([[maybe_unused]] nn::Isa isa) {
#ifdef CZIP_NN_HAVE_X86_KERNELS
  if (isa == nn::Isa::avx512) return avx512::kRecurrentKernels;
  if (isa == nn::Isa::avx2) return avx2::kRecurrentKernels;
#endif
  return baseline::kRecurrentKernels;
}

}  // namespace czip::v2::training
