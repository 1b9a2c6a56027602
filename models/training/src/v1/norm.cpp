#include "v1/norm.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "czip/engine/integer_math.hpp"
#include "v1/format.hpp"

namespace czip::v1::training {
namespace {

constexpr nn::NormBounds kBounds{
    .input_bound = kValueBound, .output_scale = 1, .output_bound = kValueBound};

// The format's inverse root mean square, Q15, by the mean square plus 1.
std::vector<float> make_inverse_rms_table() {
  constexpr std::uint64_t kLargest = 127 * 127 + 1;
  std::vector<float> table(kLargest + 1);
  for (std::uint64_t mean = 1; mean <= kLargest; ++mean) {
    const std::uint64_t inverse = divide_rne(8388608, integer_sqrt(mean << 16));
    table[mean] = static_cast<float>(std::clamp<std::uint64_t>(inverse, 1, 32768));
  }
  return table;
}

}  // namespace

void normalize(const KernelTables& tables, std::size_t width, const float* gain,
               nn::NormActivations& norm) {
  static const std::vector<float> kInverse = make_inverse_rms_table();
  for (std::size_t r = 0; r < norm.inverse_rms.size(); ++r) {
    const float* x = &norm.input[r * width];
    const std::uint64_t squares = tables.shared->sum_of_squares(x, width, kValueBound);
    const double inverse = std::ldexp(static_cast<double>(kInverse[squares / width + 1]), -15);
    norm.inverse_rms[r] = static_cast<float>(inverse);
    tables.own->normalize_row(width, inverse, x, gain, &norm.output[r * width]);
  }
}

void normalize_backward(const KernelTables& tables, std::size_t width, const float* gain,
                        const nn::NormActivations& norm, const float* doutput, float* dinput,
                        float* dgain) {
  tables.shared->normalize_backward({norm.inverse_rms.size(), width, width}, kBounds,
                                    norm.input.data(), gain, norm.output.data(),
                                    norm.inverse_rms.data(), doutput, dinput, dgain);
}

}  // namespace czip::v1::training
