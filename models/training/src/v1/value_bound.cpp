#include "v1/value_bound.hpp"

#include <algorithm>
#include <cmath>

#include "nn/matrix_products.hpp"
#include "v1/shape.hpp"

namespace czip::v1::training {
namespace {

std::size_t positions_of(const NetworkShape& shape) { return std::size_t{1} << shape.context_log2; }

}  // namespace

std::uint32_t largest_safe_value(std::size_t positions) {
  constexpr std::size_t kLargestSum = INT32_MAX;
  constexpr auto kMostOfAll = static_cast<std::size_t>(kValueBound);
  return static_cast<std::uint32_t>(
      std::min(kLargestSum / (kMaxExpWeight * positions), kMostOfAll));
}

std::int32_t attention_output_multiplier(const NetworkShape& shape) {
  const auto most = static_cast<float>(largest_safe_value(positions_of(shape)));
  return kRequantizeMultiplier * static_cast<std::int32_t>(std::lround(kValueBound / most));
}

ValueBound::ValueBound(const NetworkShape& shape)
    : width_(width_of(shape)),
      limit_(static_cast<float>(largest_safe_value(positions_of(shape)))),
      tokens_(kVocabulary, width_),
      sums_(kVocabulary * kHeadDim) {}

void ValueBound::apply(Parameters& parameters) {
  if (limit_ >= kValueBound) return;
  normalize_tokens(parameters);
  // Repeats, because scaled weights that are rounded to integers may still give too much.
  while (scale_rows(parameters.list[parameters.layers[0].qkv])) {
  }
}

void ValueBound::normalize_tokens(const Parameters& parameters) {
  tokens_.input = parameters.list[parameters.embedding].quantized;
  normalize(tables_, width_, parameters[parameters.layers[0].attention_input_norm], tokens_);
}

bool ValueBound::scale_rows(nn::Parameter& qkv) {
  const std::size_t first = width_ + kHeadDim;
  nn::multiply_transposed({tokens_.output.data(), kVocabulary, width_},
                          {qkv.quantized.data() + first * width_, kHeadDim, width_}, sums_.data(),
                          kHeadDim);
  bool scaled = false;
  for (std::size_t row = 0; row < kHeadDim; ++row) {
    float largest = 0;
    for (std::size_t token = 0; token < kVocabulary; ++token)
      largest = std::max(largest, std::abs(sums_[token * kHeadDim + row]));
    float value = largest;
    tables_.own->requantize(kRequantizeMultiplier, 1, &value);
    if (value <= limit_) continue;
    const float factor = std::ldexp(limit_ / largest, kRequantizeShift) / kRequantizeMultiplier;
    float* const weights = &qkv.value[(first + row) * width_];
    for (std::size_t i = 0; i < width_; ++i) weights[i] *= factor;
    qkv.update_quantized((first + row) * width_, width_);
    scaled = true;
  }
  return scaled;
}

}  // namespace czip::v1::training
