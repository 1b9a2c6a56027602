// Finds the tables of an instruction set, which its kernels.cpp objects define.
#include "nn/kernels.hpp"
#include "v1/kernels.hpp"
#include "v2/network/kernels.hpp"

#ifdef CZIP_NN_HAVE_X86_KERNELS
#define CZIP_NN_DECLARE_TABLES   \
  namespace baseline {           \
  extern const Kernels kKernels; \
  }                              \
  namespace avx2 {               \
  extern const Kernels kKernels; \
  }                              \
  namespace avx512 {             \
  extern const Kernels kKernels; \
  }
#define CZIP_NN_TABLE_OF(isa)                          \
  ((isa) == ::czip::nn::Isa::avx512 ? avx512::kKernels \
   : (isa) == ::czip::nn::Isa::avx2 ? avx2::kKernels   \
                                    : baseline::kKernels)
#else
#define CZIP_NN_DECLARE_TABLES   \
  namespace baseline {           \
  extern const Kernels kKernels; \
  }
#define CZIP_NN_TABLE_OF(isa) (static_cast<void>(isa), baseline::kKernels)
#endif

namespace czip::nn {
CZIP_NN_DECLARE_TABLES
const Kernels& kernels(Isa isa) { return CZIP_NN_TABLE_OF(isa); }
}  // namespace czip::nn

namespace czip::v1::training {
CZIP_NN_DECLARE_TABLES
const Kernels& kernels(nn::Isa isa) { return CZIP_NN_TABLE_OF(isa); }
}  // namespace czip::v1::training

namespace czip::v2::training {
CZIP_NN_DECLARE_TABLES
const Kernels& kernels(nn::Isa isa) { return CZIP_NN_TABLE_OF(isa); }
}  // namespace czip::v2::training
