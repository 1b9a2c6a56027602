// Compiled once for each instruction set; see nn/isa.hpp.
#include "v1/kernels.hpp"

#include "nn/kernel_tools.hpp"
#include "v1/format.hpp"

namespace czip::v1::training {
namespace {

using nn::clamp;
using nn::most;
using nn::passes;

constexpr float kBound = kValueBound;
constexpr std::size_t kPairs = kRopePairs;
constexpr float kLog2e = 1.4426950408889634F;

constexpr float kRotationUnit = static_cast<float>(nn::power_of_two(-kRotationShift));
constexpr float kGateUnit = static_cast<float>(nn::power_of_two(-kGateShift));
constexpr float kQueryUnit = static_cast<float>(nn::power_of_two(-kQueryShift));
constexpr float kDotUnit = static_cast<float>(nn::power_of_two(-kDotShift));

// The format rounds magnitudes to nearest, ties to even; so does the processor, for either sign,
// unless told otherwise. The numbers that are rounded are exact.
float round_even(float x) { return __builtin_nearbyintf(x); }
double round_even(double x) { return __builtin_nearbyint(x); }

double requantize_factor(std::int32_t multiplier) {
  return static_cast<double>(multiplier) / (1 << kRequantizeShift);
}

CZIP_NN_KERNEL void requantize(std::int32_t multiplier, std::size_t n, float* x) {
  const double factor = requantize_factor(multiplier);
  CZIP_NN_INDEPENDENT
  for (std::size_t i = 0; i < n; ++i)
    x[i] =
        static_cast<float>(clamp(round_even(static_cast<double>(x[i]) * factor), double{kBound}));
}

CZIP_NN_KERNEL void requantize_backward(std::int32_t multiplier, std::size_t n, const float* y,
                                        float* dy) {
  const auto slope = static_cast<float>(requantize_factor(multiplier));
  CZIP_NN_INDEPENDENT
  for (std::size_t i = 0; i < n; ++i) dy[i] = passes(y[i], kBound, dy[i]) ? dy[i] * slope : 0;
}

CZIP_NN_KERNEL void normalize_row(std::size_t n, double inverse, const float* x, const float* gain,
                                  float* y) {
  CZIP_NN_INDEPENDENT
  for (std::size_t i = 0; i < n; ++i) {
    const auto scaled = static_cast<double>(clamp(x[i], kBound) * gain[i]);
    y[i] = static_cast<float>(clamp(round_even(scaled * inverse), double{kBound}));
  }
}

CZIP_NN_KERNEL void gate(std::size_t rows, std::size_t n, const float* up, float* y) {
  for (std::size_t r = 0; r < rows; ++r) {
    const float* gates = up + 2 * r * n;
    const float* values = gates + n;
    float* out = y + r * n;
    // The result is at most 127 * 127 / 128, so the format's limit of 127 never applies.
    CZIP_NN_INDEPENDENT
    for (std::size_t i = 0; i < n; ++i)
      out[i] = round_even(most(gates[i], 0.0F) * values[i] * kGateUnit);
  }
}

CZIP_NN_KERNEL void gate_backward(std::size_t rows, std::size_t n, const float* up, const float* dy,
                                  float* dup) {
  for (std::size_t r = 0; r < rows; ++r) {
    const float* gates = up + 2 * r * n;
    const float* values = gates + n;
    float* dgates = dup + 2 * r * n;
    float* dvalues = dgates + n;
    CZIP_NN_INDEPENDENT
    for (std::size_t i = 0; i < n; ++i) {
      const float d = dy[r * n + i] * kGateUnit;
      dgates[i] = gates[i] > 0 ? d * values[i] : 0;
      dvalues[i] = d * most(gates[i], 0.0F);
    }
  }
}

// `finish` turns a rounded element into one of the format. Sums of two products are below
// 127 * 32768 * 2 < 2^24, so fp32 holds them.
template <class Finish>
void rotate(const float* cosines, const float* sines, const float* head, float* out,
            const Finish& finish) {
  CZIP_NN_INDEPENDENT
  for (std::size_t i = 0; i < kPairs; ++i) {
    const float x = head[i];
    const float y = head[i + kPairs];
    out[i] = finish(round_even((x * cosines[i] - y * sines[i]) * kRotationUnit));
    out[i + kPairs] = finish(round_even((x * sines[i] + y * cosines[i]) * kRotationUnit));
  }
}

// The gradient of a rotation is the rotation back.
void rotate_back(const float* cosines, const float* sines, float scale, const float* dout,
                 float* dhead) {
  const float unit = scale * kRotationUnit;
  CZIP_NN_INDEPENDENT
  for (std::size_t i = 0; i < kPairs; ++i) {
    const float dx = dout[i] * unit;
    const float dy = dout[i + kPairs] * unit;
    dhead[i] = dx * cosines[i] + dy * sines[i];
    dhead[i + kPairs] = dy * cosines[i] - dx * sines[i];
  }
}

CZIP_NN_KERNEL void rotate_query(const float* cosines, const float* sines, const float* head,
                                 float* out) {
  // The result is at most 90, so the format's limit of 127 never applies.
  rotate(cosines, sines, head, out, [](float x) { return round_even(x * kQueryUnit); });
}

CZIP_NN_KERNEL void rotate_key(const float* cosines, const float* sines, const float* head,
                               float* out) {
  rotate(cosines, sines, head, out, [](float x) { return clamp(x, kBound); });
}

CZIP_NN_KERNEL void rotate_query_backward(const float* cosines, const float* sines,
                                          const float* dout, float* dhead) {
  rotate_back(cosines, sines, kQueryUnit, dout, dhead);
}

CZIP_NN_KERNEL void rotate_key_backward(const float* cosines, const float* sines, const float* out,
                                        const float* dout, float* dhead) {
  float passed[kHeadDim];
  for (std::size_t i = 0; i < kHeadDim; ++i)
    passed[i] = passes(out[i], kBound, dout[i]) ? dout[i] : 0;
  rotate_back(cosines, sines, 1, passed, dhead);
}

// The format's attention_score(). A product is below 2^20 and a multiplier below 2^22, so a score
// fits 32 bits.
std::int32_t score_of(float product, double multiplier) {
  const auto shifted = static_cast<double>(round_even(product * kDotUnit));
  return static_cast<std::int32_t>(
      round_even(shifted * multiplier * nn::power_of_two(-kScoreShift)));
}

class OnlineSoftmax {
 public:
  // Starts from the sink, whose value is zero.
  OnlineSoftmax(const Exp2Table& exp2, std::int32_t sink_score)
      : exp2_(exp2), maximum_(sink_score), sum_(weight(sink_score)) {}

  void add(std::int32_t score, const std::uint32_t* value) {
    if (score > maximum_) raise(score);
    const std::uint32_t w = weight(score);
    sum_ += w;
    for (std::size_t i = 0; i < kHeadDim; ++i) weighted_[i] += w * value[i];
  }

  // The weight of a score below the maximum so far.
  [[nodiscard]] std::uint32_t weight(std::int32_t score) const { return below(maximum_, score); }
  [[nodiscard]] std::int64_t sum() const { return sum_; }

  void finish(float* out) const {
    for (std::size_t i = 0; i < kHeadDim; ++i)
      out[i] = saturate7(divide_rne_signed(static_cast<std::int32_t>(weighted_[i]),
                                           static_cast<std::uint64_t>(sum_)));
  }

 private:
  [[nodiscard]] std::uint32_t below(std::int32_t larger, std::int32_t score) const {
    return exp_weight(static_cast<std::uint32_t>(larger) - static_cast<std::uint32_t>(score),
                      kAttentionExpCoefficient, exp2_);
  }
  void raise(std::int32_t maximum) {
    const std::uint32_t factor = below(maximum, maximum_);
    sum_ = rescaled(sum_, factor);
    for (std::uint32_t& value : weighted_)
      value = static_cast<std::uint32_t>(rescaled(static_cast<std::int32_t>(value), factor));
    maximum_ = maximum;
  }

  const Exp2Table& exp2_;
  std::int32_t maximum_;
  std::int64_t sum_;
  std::uint32_t weighted_[kHeadDim] = {};  // modulo 2^32
};

CZIP_NN_KERNEL float attend(const AttentionRow& row, const Exp2Table& exp2, const float* products,
                            const std::uint32_t* values, std::int32_t* scores, float* out,
                            std::uint16_t* weights) {
  const double multiplier = static_cast<double>(row.score_multiplier);
  const std::size_t count = row.count;
  for (std::size_t t = 0; t < count; ++t) scores[t] = score_of(products[t], multiplier);
  OnlineSoftmax softmax(exp2, score_of(row.sink_product, multiplier));
  for (std::size_t t = 0; t < count; ++t) softmax.add(scores[t], values + t * kHeadDim);
  softmax.finish(out);
  for (std::size_t t = 0; t < count; ++t)
    weights[t] = static_cast<std::uint16_t>(softmax.weight(scores[t]));
  return static_cast<float>(softmax.sum());
}

CZIP_NN_KERNEL float attend_backward(const float* out, const float* dout, float* dmean) {
  float product = 0;
  for (std::size_t i = 0; i < kHeadDim; ++i) {
    const float d = passes(out[i], kBound, dout[i]) ? dout[i] : 0;
    dmean[i] = d;
    product += d * out[i];
  }
  return product;
}

CZIP_NN_KERNEL float normalized_weights(std::size_t count, std::size_t end,
                                        const std::uint16_t* weights, float sum,
                                        float* normalized) {
  const float inverse = 1 / sum;
  float all = 0;
  CZIP_NN_INDEPENDENT
  for (std::size_t t = 0; t < count; ++t) {
    normalized[t] = static_cast<float>(weights[t]) * inverse;
    all += normalized[t];
  }
  for (std::size_t t = count; t < end; ++t) normalized[t] = 0;
  return most(1 - all, 0.0F);
}

CZIP_NN_KERNEL void score_gradients(std::size_t n, float score_multiplier, float row_product,
                                    const float* normalized, float* products) {
  const float unit = score_multiplier * kProductUnit;
  CZIP_NN_INDEPENDENT
  for (std::size_t t = 0; t < n; ++t)
    products[t] = normalized[t] * (products[t] - row_product) * unit;
}

CZIP_NN_KERNEL float softmax_weights(std::size_t n, float* row) {
  constexpr float kOctave = kLogitUnit * kLog2e;
  const float largest = nn::largest_of(row, n);
  float sum = 0;
  CZIP_NN_INDEPENDENT
  for (std::size_t i = 0; i < n; ++i) {
    row[i] = most(nn::exp2_approximate((row[i] - largest) * kOctave), kLeastWeight);
    sum += row[i];
  }
  return sum;
}

CZIP_NN_KERNEL void softmax_backward(std::size_t n, float sum, std::size_t target, float factor,
                                     float* row) {
  const float inverse = 1 / sum;
  std::size_t largest = 0;
  for (std::size_t i = 1; i < n; ++i) largest = row[i] > row[largest] ? i : largest;
  float unmoved = 0;
  CZIP_NN_INDEPENDENT
  for (std::size_t i = 0; i < n; ++i) {
    const float probability = row[i] * inverse;
    const bool moves = row[i] > kLeastWeight;
    unmoved += moves ? 0 : probability;
    row[i] = moves ? probability * factor : 0;
  }
  row[largest] += unmoved * factor;
  row[target] -= factor;
}

}  // namespace

namespace CZIP_NN_ISA {
extern const Kernels kKernels;
const Kernels kKernels{.requantize = requantize,
                       .requantize_backward = requantize_backward,
                       .normalize_row = normalize_row,
                       .gate = gate,
                       .gate_backward = gate_backward,
                       .rotate_query = rotate_query,
                       .rotate_key = rotate_key,
                       .rotate_query_backward = rotate_query_backward,
                       .rotate_key_backward = rotate_key_backward,
                       .attend = attend,
                       .attend_backward = attend_backward,
                       .normalized_weights = normalized_weights,
                       .score_gradients = score_gradients,
                       .softmax_weights = softmax_weights,
                       .softmax_backward = softmax_backward};
}  // namespace CZIP_NN_ISA

}  // namespace czip::v1::training
