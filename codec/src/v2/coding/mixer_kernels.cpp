#include "czip/codec/v2/coding/mixer_kernels.hpp"

namespace czip::v2 {

const MixerKernels& mixer_kernels(SimdLevel level) {
  switch (level) {
#ifdef CZIP_HAVE_X86_KERNELS
    case SimdLevel::avx2:
      return kAvx2MixerKernels;
    case SimdLevel::avx512_vnni:
      return kAvx512MixerKernels;
#endif
#ifdef CZIP_HAVE_NEON_KERNELS
    case SimdLevel::neon:
    case SimdLevel::neon_dotprod:
      return kNeonMixerKernels;
#endif
    default:
      return kScalarMixerKernels;
  }
}

}  // namespace czip::v2
