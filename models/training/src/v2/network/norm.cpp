#include "v2/network/norm.hpp"

#include <cmath>
#include <cstdint>

#include "czip/engine/v2/functions.hpp"

namespace czip::v2::training {
namespace {

constexpr float kInputBound = kAccumulatorBound;
// inverse_rms() is 2^32 over the root in Q2, which is the inverse in Q30; the norm shifts its
// product with the gain by 35.
constexpr int kInverseBits = 30;
constexpr nn::NormBounds kBounds{
    .input_bound = kInputBound,
    .output_scale = 1.0F / (1 << (kNormalizedShift + kGainShift - kInverseBits)),
    .output_bound = kValueBound};
static_assert(kInverseRmsNumerator >> (kMeanSquareShift / 2) == std::uint64_t{1} << kInverseBits);

}  // namespace

void normalize(const KernelTables& tables, const nn::NormShape& shape, const float* x,
               const float* gain, float* y, float* inverse_rms) {
  for (std::size_t r = 0; r < shape.rows; ++r) {
    const float* in = x + r * shape.stride;
    const std::uint64_t squares = tables.shared->sum_of_squares(in, shape.n, kInputBound);
    const auto inverse = static_cast<double>(v2::inverse_rms(squares, shape.n));
    inverse_rms[r] = static_cast<float>(std::ldexp(inverse, -kInverseBits));
    tables.own->normalize_row(shape.n, inverse, in, gain, y + r * shape.stride);
  }
}

void normalize_backward(const KernelTables& tables, const nn::NormShape& shape, const float* x,
                        const float* gain, const float* y, const float* inverse_rms,
                        const float* dy, float* dx, float* dgain) {
  tables.shared->normalize_backward(shape, kBounds, x, gain, y, inverse_rms, dy, dx, dgain);
}

}  // namespace czip::v2::training
