#include "v1/norm.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

#include "czip/engine/v1/functions.hpp"

namespace czip::v1::training {
namespace {

constexpr nn::NormBounds kBounds{
    .input_bound = kValueBound, .output_scale = 1, .output_bound = kValueBound};

// inverse_rms() as a function of the mean square.
std::vector<float> make_inverse_rms_table() {
  constexpr std::uint32_t kLargest = mean_square(kValueBound * kValueBound, 1);
  std::vector<float> table(kLargest + 1);
  for (std::uint32_t mean = 1; mean <= kLargest; ++mean)
    table[mean] = inverse_rms(mean, Dialect::rust);
  return table;
}

}  // namespace

void normalize(const KernelTables& tables, std::size_t width, const float* gain,
               nn::NormActivations& norm) {
  static const std::vector<float> kInverse = make_inverse_rms_table();
  for (std::size_t r = 0; r < norm.inverse_rms.size(); ++r) {
    const float* x = &norm.input[r * width];
    const std::uint64_t squares = tables.shared->sum_of_squares(x, width, kValueBound);
    const double inverse =
        std::ldexp(static_cast<double>(kInverse[mean_square(squares, width)]), -kNormShift);
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
