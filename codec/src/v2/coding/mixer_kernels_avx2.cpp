#include "v2/coding/mixer_loops.hpp"

namespace czip::v2 {

const MixerKernels kAvx2MixerKernels{dot_products, train};

}  // namespace czip::v2
