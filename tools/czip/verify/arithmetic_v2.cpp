// Proves from the weights of a czip-model-v2's network that no accumulator leaves its bound, and
// that every bound of conformance/czip-network-v2.md holds. It reads the tensors by itself: the
// loader, which refuses weights beyond these bounds, takes no part in the proof.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/engine/integer_math.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/v2/constants.hpp"
#include "czip/engine/v2/network.hpp"
#include "verify/checks.hpp"

namespace czip::tool {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kInt32 = std::uint64_t{1} << 31;
constexpr auto kActivation = static_cast<std::uint64_t>(v2::kValueBound);
constexpr std::uint64_t kShifted = kActivation + 128;  // of kernels with unsigned activations
constexpr std::uint64_t kSumBound = std::uint64_t{1} << 24;
constexpr std::uint64_t kResidualBound = std::uint64_t{1} << 23;
constexpr std::uint64_t kNormalizedProduct = std::uint64_t{1} << 36;
constexpr std::uint64_t kWeightedSum = std::uint64_t{1} << 27;
constexpr std::uint64_t kScaledSum = std::uint64_t{1} << 44;

Check make_check(std::string name, bool holds, std::string text, Json values) {
  return {std::move(name), holds ? Verdict::ok : Verdict::failure, std::move(text),
          std::move(values)};
}

// The elements of a tensor; none where it is missing, which the loader has refused.
template <class T>
std::vector<T> elements(const safetensors::File& file, const std::string& name) {
  const safetensors::TensorView* const tensor = file.find(std::string(v2::kTensorPrefix) + name);
  std::vector<T> values(tensor == nullptr ? 0 : tensor->bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = load_le<T>(&tensor->bytes[i * sizeof(T)]);
  return values;
}

template <class T>
std::uint64_t largest(const std::vector<T>& values) {
  std::uint64_t most = 0;
  for (const T value : values) most = std::max(most, magnitude(value));
  return most;
}

// The sum of the magnitudes of each row.
std::vector<std::uint64_t> row_sums(const std::vector<std::int8_t>& matrix, std::size_t cols) {
  std::vector<std::uint64_t> sums(matrix.size() / cols);
  for (std::size_t i = 0; i < matrix.size(); ++i) sums[i / cols] += magnitude(matrix[i]);
  return sums;
}

// The largest |output| of a requantization to `bound`.
std::uint64_t requantized(std::uint64_t accumulator, std::uint64_t multiplier, int shift,
                          std::uint64_t bound) {
  const std::uint64_t half = std::uint64_t{1} << (shift - 1);
  return std::min(bound, (accumulator * multiplier + half) >> shift);
}

class Proof {
 public:
  Proof(const safetensors::File& file, const v2::NetworkConfig& config)
      : file_(&file), c_(config) {}

  Checks run() && {
    embeddings();
    for (std::uint32_t layer = 0; layer < c_.layers; ++layer) add_layer(layer);
    matrix("group_head", c_.d_model);
    if (c_.tied == 0) matrix("head", c_.d_model);
    const std::array<std::uint64_t, 1> logit{kActivation * largest_sum_};
    add_scale("logits", logit, elements<std::int16_t>(*file_, "head_scale"), v2::kLogitShift,
              v2::kLogitBound);
    residual_check();
    norm_check();
    attention_check();
    activation_check();
    softmax_check();
    return std::move(checks_);
  }

 private:
  // Checks a matrix and returns the bound of each row's accumulator.
  std::vector<std::uint64_t> matrix(const std::string& name, std::size_t cols) {
    const auto weights = elements<std::int8_t>(*file_, name);
    const auto sums = row_sums(weights, cols);
    const auto heaviest = std::max_element(sums.begin(), sums.end());
    const std::uint64_t sum = heaviest == sums.end() ? 0 : *heaviest;
    const std::uint64_t accumulator = kActivation * sum;
    const std::uint64_t shifted = kShifted * sum;
    const bool holds = sum <= v2::kMaxRowSum && accumulator < kSumBound && shifted < kInt32 &&
                       largest(weights) <= kActivation;
    checks_.push_back(make_check(
        "matrix " + name, holds,
        format("|accumulator| <= %s in all of %s rows (row %td), below 2^24; %s with activations "
               "shifted to unsigned, below 2^31",
               grouped(accumulator).c_str(), grouped(sums.size()).c_str(), heaviest - sums.begin(),
               grouped(shifted).c_str()),
        {{"rows", sums.size()},
         {"row", heaviest - sums.begin()},
         {"sum_of_weights", sum},
         {"largest_accumulator", accumulator},
         {"largest_shifted_accumulator", shifted}}));
    largest_sum_ = std::max(largest_sum_, sum);
    std::vector<std::uint64_t> bounds;
    bounds.reserve(sums.size());
    for (const std::uint64_t each : sums) bounds.push_back(kActivation * each);
    return bounds;
  }

  // Checks a requantization of the last rows of `accumulators`, one scale each, and returns the
  // largest |output|.
  std::uint64_t add_scale(const std::string& name, std::span<const std::uint64_t> accumulators,
                          const std::vector<std::int16_t>& scales, int shift,
                          std::int32_t output_bound) {
    const auto bound = static_cast<std::uint64_t>(output_bound);
    const auto rows = accumulators.last(std::min(accumulators.size(), scales.size()));
    std::uint64_t product = 0;
    std::uint64_t limited = 0;
    std::uint64_t output = 0;
    bool valid = shift >= 1 && shift < 32;
    for (std::size_t i = 0; valid && i < rows.size(); ++i) {
      const std::uint64_t scale = magnitude(scales[i]);
      valid = scales[i] >= 0;
      product = std::max(product, rows[i] * scale);
      // Of an accumulator limited first, as kernels of 32 bits do it, with the rounding's half.
      limited = std::max(limited, ((2 * bound + 2) << (shift - 1)) + scale);
      output = std::max(output, requantized(rows[i], scale, shift, bound));
    }
    checks_.push_back(make_check(
        "scale " + name, valid && limited < kInt32,
        format("|accumulator * scale| <= %s in 64 bits, or limited %s in 32; |result| <= %s",
               grouped(product).c_str(), grouped(limited).c_str(), grouped(output).c_str()),
        {{"largest_product", product}, {"largest_limited", limited}, {"largest_result", output}}));
    return output;
  }

  int shift(const std::string& name) {
    const auto value = elements<std::uint8_t>(*file_, name);
    return value.empty() ? 0 : value.front();
  }
  std::uint64_t scale_of(const std::string& name, std::span<const std::uint64_t> accumulators,
                         std::int32_t bound) {
    return add_scale(name, accumulators, elements<std::int16_t>(*file_, name + "_scale"),
                     shift(name + "_shift"), bound);
  }

  void embeddings() {
    residual_ = largest(elements<std::int8_t>(*file_, "embedding"));
    matrix("embedding", c_.d_model);
    if (c_.bigram_buckets != 0) {
      residual_ += largest(elements<std::int8_t>(*file_, "bigram"));
      matrix("bigram", c_.d_model);
    }
    residual_ <<= c_.embedding_shift;
  }

  void add_layer(std::uint32_t index) {
    const std::string prefix = "layers." + std::to_string(index) + ".";
    const auto projections = matrix(prefix + "qkv", c_.d_model);
    scale_of(prefix + "value", projections, v2::kValueBound);
    for (const std::uint64_t bound : projections) projection_ = std::max(projection_, bound);
    score_scale_ =
        std::max(score_scale_, largest(elements<std::int16_t>(*file_, prefix + "score_scale")));
    bias_ = std::max({bias_, largest(elements<std::int16_t>(*file_, prefix + "position_bias")),
                      largest(elements<std::int16_t>(*file_, prefix + "sink"))});
    gain_ = std::max(gain_, largest(elements<std::int16_t>(*file_, prefix + "attention_gain")));
    const auto output = matrix(prefix + "output", std::size_t{c_.heads} * c_.head_dim);
    residual_ += scale_of(prefix + "output", output, v2::kResidualStep);
    scale_of(prefix + "up", matrix(prefix + "up", c_.d_model), v2::kActivationBound);
    residual_ += scale_of(prefix + "down", matrix(prefix + "down", c_.d_ff), v2::kResidualStep);
  }

  void residual_check() {
    checks_.push_back(make_check("residual stream", residual_ < kResidualBound,
                                 format("|r| <= %s, below 2^23", grouped(residual_).c_str()),
                                 {{"largest", residual_}}));
  }

  // norm() of n elements up to `most`: the sum of squares, and x / rms, which is at most sqrt(n).
  void norm_check() {
    const std::uint64_t n = std::max(c_.d_model, c_.head_dim);
    const std::uint64_t most = std::max(residual_, projection_);
    const std::uint64_t squares = (n * most * most) << v2::kMeanSquareShift;
    const bool fits = most < kSumBound && n <= v2::NetworkLimits::kModelWidth;
    // inverse <= 2^32 / root + 1, and root >= 4 |x| / sqrt(n): |x * inverse| <= 2^30 sqrt(n) + |x|.
    std::uint64_t root = 1;
    while (root * root < n) ++root;
    const std::uint64_t product = (root << 30) + most;
    const std::uint64_t gained = std::uint64_t{v2::kNormalizedBound} * v2::kMaxMultiplier;
    checks_.push_back(make_check(
        "norms", fits && product < kNormalizedProduct && gained < kInt32,
        format("|x| <= %s, below 2^24; 16 * sum of %s squares <= %s, below 2^64; |x * inverse RMS| "
               "<= %s, below 2^36; |t * gain| <= %s, below 2^31",
               grouped(most).c_str(), grouped(n).c_str(), grouped(squares).c_str(),
               grouped(product).c_str(), grouped(gained).c_str()),
        {{"largest", most},
         {"largest_sum_of_squares", squares},
         {"largest_product", product},
         {"largest_gained", gained}}));
  }

  void attention_check() {
    const std::uint64_t dot = c_.head_dim * kActivation * kActivation;
    const std::uint64_t half = std::uint64_t{1} << (v2::kScoreShift - 1);
    const std::uint64_t scaled = dot * score_scale_ + half;
    const std::uint64_t score = (scaled >> v2::kScoreShift) + bias_;
    const std::uint64_t sum = v2::kMaxAttentionWeight * kActivation * c_.window;
    // S >= 255, the weight of the largest score; |weighted sum| <= 127 S.
    const std::uint64_t least = v2::kMaxAttentionWeight;
    const std::uint64_t total = v2::kMaxAttentionWeight * (std::uint64_t{c_.window} + 1);
    const std::uint64_t factor = ((gain_ << v2::kAttentionFactorShift) + least / 2) / least;
    const std::uint64_t product =
        kActivation * ((gain_ << v2::kAttentionFactorShift) + total / 2 + total);
    const bool holds = scaled < kInt32 && score < kInt32 && sum < kWeightedSum &&
                       product < kScaledSum && gain_ <= v2::kMaxAttentionGain;
    checks_.push_back(make_check(
        "attention", holds,
        format("|q k| * scale <= %s and |score| <= %s, below 2^31; |sum of weighted values| <= %s, "
               "below 2^27; factor <= %s; their product <= %s, below 2^44",
               grouped(scaled).c_str(), grouped(score).c_str(), grouped(sum).c_str(),
               grouped(factor).c_str(), grouped(product).c_str()),
        {{"largest_scaled_dot", scaled},
         {"largest_score", score},
         {"largest_weighted_sum", sum},
         {"largest_weight_sum", total},
         {"largest_factor", factor},
         {"largest_product", product}}));
  }

  void activation_check() {
    const auto bound = static_cast<std::uint64_t>(v2::kActivationBound);
    checks_.push_back(make_check(
        "activation", bound * bound < kSumBound,
        format("the product of two activations <= %s, below 2^24", grouped(bound * bound).c_str()),
        {{"largest_product", bound * bound}}));
  }

  void softmax_check() {
    const auto table = elements<std::uint16_t>(*file_, "exp2");
    std::uint64_t different = table.size() == v2::kExp2Entries ? 0 : 1;
    for (std::size_t i = 0; i < table.size(); ++i) {
      const double exact = std::exp2(-static_cast<double>(i) / 64) * 65536;
      if (table[i] != std::min(65535L, std::lround(exact))) ++different;
    }
    checks_.push_back(make_check("table exp2", different == 0,
                                 different == 0
                                     ? "64 entries equal min(65535, round(65536 * 2^(-i/64)))"
                                     : grouped(different) + " entries differ from the formula",
                                 {{"different", different}}));
    // Each of V weights is below 2^30, and the shift brings their sum below 2^32 - V.
    const std::uint64_t weights = std::uint64_t{c_.vocabulary} << 30;
    checks_.push_back(make_check("output softmax", c_.vocabulary <= 65536,
                                 format("the sum of %s weights is below %s, which fits 64 bits",
                                        grouped(c_.vocabulary).c_str(), grouped(weights).c_str()),
                                 {{"largest_weight_sum", weights}}));
  }

  const safetensors::File* file_;
  v2::NetworkConfig c_;
  Checks checks_;
  std::uint64_t largest_sum_ = 0;  // of a row's magnitudes, of all matrices
  std::uint64_t residual_ = 0;     // bounds of what all layers have
  std::uint64_t projection_ = 0;
  std::uint64_t score_scale_ = 0;
  std::uint64_t bias_ = 0;
  std::uint64_t gain_ = 0;
};

}  // namespace

Checks check_arithmetic(const safetensors::File& file) {
  const auto config = v2::Network::read_config(file);
  if (!config) return {{"network", Verdict::failure, config.error().message}};
  return Proof(file, *config).run();
}

}  // namespace czip::tool
