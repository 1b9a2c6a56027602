// Proves from the weights that no accumulator overflows. Activations x are int8 in [-127, 127], so
// a row of weights w gives |sum w*x| <= 127 * sum|w|. Vector kernels that multiply unsigned by
// signed bytes add 128 to every x first and subtract 128 * sum w afterwards: their partial sums can
// reach 255 * sum|w|, in any order of summation.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "czip/engine/integer_math.hpp"
#include "czip/engine/v1/constants.hpp"
#include "czip/engine/v1/functions.hpp"
#include "verify/checks.hpp"

namespace czip::tool {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kInt32Limit = std::uint64_t{1} << 31;
constexpr std::uint64_t kMaxActivation = v1::kValueBound;
constexpr std::uint64_t kMaxShifted = kMaxActivation + 128;
constexpr std::uint64_t kMaxWeight = v1::kMaxExpWeight;  // of the attention softmax

Check make_check(std::string name, bool holds, std::string text, Json values) {
  return {std::move(name), holds ? Verdict::ok : Verdict::failure, std::move(text),
          std::move(values)};
}

std::uint64_t sum_of_magnitudes(const MatrixI8& matrix, std::size_t row) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < matrix.cols; ++i)
    sum += magnitude(matrix.data[row * matrix.cols + i]);
  return sum;
}

template <class Values>
std::uint64_t largest_magnitude(const Values& values) {
  std::uint64_t largest = 0;
  for (const auto value : values) largest = std::max(largest, magnitude(value));
  return largest;
}

// The largest |output| of a requantization of accumulators up to `accumulator`.
std::uint64_t requantized(std::uint64_t accumulator, const v1::Requantization& requantization) {
  const std::uint64_t product = accumulator * magnitude(requantization.multiplier);
  const std::uint64_t rounded = requantization.shift <= 0
                                    ? product
                                    : divide_rne(product, std::uint64_t{1} << requantization.shift);
  return std::min(rounded, kMaxActivation);
}

struct MatrixBounds {
  std::string name;
  std::uint64_t largest_sum = 0;  // sum|w| of the heaviest row
  std::uint32_t row = 0;
  std::uint32_t rows = 0;
  std::uint32_t saturating_rows = 0;   // rows whose output can reach the limit of 127
  std::uint64_t first_saturating = 0;  // the least |accumulator| that gives 127; 0: none does
};

MatrixBounds bounds_of(std::string name, const MatrixI8& matrix,
                       const v1::Requantization* requantization) {
  MatrixBounds bounds;
  bounds.name = std::move(name);
  bounds.rows = matrix.rows;
  for (std::uint32_t row = 0; row < matrix.rows; ++row) {
    const std::uint64_t sum = sum_of_magnitudes(matrix, row);
    if (sum > bounds.largest_sum) {
      bounds.largest_sum = sum;
      bounds.row = row;
    }
    if (requantization != nullptr &&
        requantized(kMaxActivation * sum, *requantization) == kMaxActivation)
      ++bounds.saturating_rows;
  }
  if (requantization == nullptr || requantized(kInt32Limit, *requantization) < kMaxActivation)
    return bounds;
  std::uint64_t below = 0;
  std::uint64_t reached = kInt32Limit;
  while (reached - below > 1) {
    const std::uint64_t middle = below + (reached - below) / 2;
    (requantized(middle, *requantization) == kMaxActivation ? reached : below) = middle;
  }
  bounds.first_saturating = reached;
  return bounds;
}

std::vector<MatrixBounds> all_bounds(const v1::Weights& network) {
  std::vector<MatrixBounds> all;
  const auto add = [&all](const std::string& name, const v1::DenseWeights& dense) {
    all.push_back(bounds_of(name, dense.weight, &dense.requantization));
  };
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const std::string prefix = "layers." + std::to_string(i) + ".";
    add(prefix + "attn.qkv", network.layers[i].qkv);
    add(prefix + "attn.out", network.layers[i].attention_output);
    add(prefix + "ffn.up", network.layers[i].up);
    add(prefix + "ffn.down", network.layers[i].down);
  }
  all.push_back(bounds_of("head", network.head, nullptr));
  return all;
}

Check check_matrix(const MatrixBounds& bounds) {
  const std::uint64_t accumulator = kMaxActivation * bounds.largest_sum;
  const std::uint64_t shifted = kMaxShifted * bounds.largest_sum;
  std::string text =
      format("|accumulator| <= %s (row %u), %s with activations shifted to unsigned; 2^31 is %s",
             grouped(accumulator).c_str(), bounds.row, grouped(shifted).c_str(),
             grouped(kInt32Limit).c_str());
  if (bounds.first_saturating != 0)
    text += format("; limited to 127 from %s on, which %u of %u rows can reach",
                   grouped(bounds.first_saturating).c_str(), bounds.saturating_rows, bounds.rows);
  return make_check("matrix " + bounds.name, shifted < kInt32Limit, std::move(text),
                    {{"row", bounds.row},
                     {"sum_of_weights", bounds.largest_sum},
                     {"largest_accumulator", accumulator},
                     {"largest_shifted_accumulator", shifted},
                     {"first_saturating_accumulator", bounds.first_saturating},
                     {"saturating_rows", bounds.saturating_rows}});
}

Check check_norms(const v1::Weights& network) {
  std::uint64_t weight = largest_magnitude(network.final_norm);
  for (const v1::LayerWeights& layer : network.layers)
    for (const auto* norm : {&layer.attention_input_norm, &layer.attention_output_norm,
                             &layer.feed_forward_input_norm, &layer.feed_forward_output_norm})
      weight = std::max(weight, largest_magnitude(*norm));
  const std::uint64_t product = kMaxActivation * weight * v1::kMaxInverseRms;
  const std::uint64_t squares = kMaxActivation * kMaxActivation * network.d_model;
  return make_check("norms", product < kInt32Limit && squares < kInt32Limit,
                    format("|x * weight * inverse RMS| <= %s, sum of squares <= %s, below 2^31",
                           grouped(product).c_str(), grouped(squares).c_str()),
                    {{"largest_product", product}, {"largest_sum_of_squares", squares}});
}

Check check_residual(const v1::Weights& network) {
  const std::uint64_t largest =
      largest_magnitude(network.embedding.data) + 2 * kMaxActivation * network.layers.size();
  return make_check("residual stream", largest < kInt32Limit,
                    format("|r| <= %s, below 2^31", grouped(largest).c_str()),
                    {{"largest", largest}});
}

struct ScoreBounds {
  std::uint64_t query = 0;  // |element| after rotation and halving
  std::uint64_t key = 0;
  std::uint64_t score = 0;
};

ScoreBounds score_bounds(const v1::Weights& network) {
  std::uint64_t turn = 0;  // max of |cos| + |sin|, Q15
  for (std::size_t i = 0; i < network.rope_cos.size(); ++i)
    turn = std::max(turn, magnitude(network.rope_cos[i]) + magnitude(network.rope_sin[i]));
  const std::uint64_t rotated =
      divide_rne(kMaxActivation * turn, std::uint64_t{1} << v1::kRotationShift);
  ScoreBounds bounds;
  bounds.query = std::min(divide_rne(rotated, std::uint64_t{1} << v1::kQueryShift), kMaxActivation);
  bounds.key = std::min(rotated, kMaxActivation);
  for (const v1::LayerWeights& layer : network.layers) {
    std::uint64_t product = v1::kHeadDim * bounds.query * bounds.key;
    if (layer.sink_key) {
      std::uint64_t sink = 0;
      for (const std::int8_t k : *layer.sink_key) sink += bounds.query * magnitude(k);
      product = std::max(product, sink);
    }
    const std::uint64_t scaled = divide_rne(product, std::uint64_t{1} << v1::kDotShift);
    bounds.score =
        std::max(bounds.score, divide_rne(scaled * largest_magnitude(layer.score_multiplier),
                                          std::uint64_t{1} << v1::kScoreShift));
  }
  return bounds;
}

Check check_scores(const v1::Weights& network) {
  const ScoreBounds bounds = score_bounds(network);
  Check check = make_check("attention scores", true,
                           format("|query| <= %s and |key| <= %s after rotation, |score| <= %s",
                                  grouped(bounds.query).c_str(), grouped(bounds.key).c_str(),
                                  grouped(bounds.score).c_str()),
                           {{"query", bounds.query}, {"key", bounds.key}, {"score", bounds.score}});
  if (bounds.score >= kInt32Limit) {
    check.verdict = Verdict::warning;
    check.text += "; limited to 32 bits, which loses their order";
  }
  return check;
}

// The largest |V| of the value rows of a layer's qkv projection, for any input.
std::uint64_t largest_value_of_rows(const v1::Weights& network, const v1::LayerWeights& layer) {
  std::uint64_t largest = 0;
  for (std::uint32_t row = network.d_model + v1::kHeadDim; row < layer.qkv.weight.rows; ++row)
    largest =
        std::max(largest, requantized(kMaxActivation * sum_of_magnitudes(layer.qkv.weight, row),
                                      layer.qkv.requantization));
  return largest;
}

// A token's embedding as the first layer's projection sees it, in the dialects `rust` and `i64`.
// The sums of `python` have 64 bits and need no bound.
std::vector<std::int8_t> normalized_embedding(const v1::Weights& network, std::size_t token) {
  const std::int8_t* const embedding = &network.embedding.data[token * network.d_model];
  std::uint64_t squares = 0;
  for (std::size_t i = 0; i < network.d_model; ++i) {
    const std::uint64_t limited = magnitude(v1::saturate7(embedding[i]));
    squares += limited * limited;
  }
  const std::uint16_t inverse =
      v1::inverse_rms(v1::mean_square(squares, network.d_model), v1::Dialect::rust);
  std::vector<std::int8_t> x(network.d_model);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = v1::normalized(embedding[i], network.layers[0].attention_input_norm[i], inverse);
  return x;
}

// The largest |V| of the first layer. Its values depend on their token alone, so trying all tokens
// gives all of them.
std::uint64_t largest_value_of_tokens(const v1::Weights& network) {
  const v1::DenseWeights& qkv = network.layers[0].qkv;
  std::uint64_t largest = 0;
  for (std::size_t token = 0; token < network.vocabulary; ++token) {
    const auto x = normalized_embedding(network, token);
    for (std::size_t row = network.d_model + v1::kHeadDim; row < qkv.weight.rows; ++row) {
      const std::int8_t* const weights = &qkv.weight.data[row * network.d_model];
      std::int64_t sum = 0;
      for (std::size_t i = 0; i < x.size(); ++i) sum += std::int64_t{x[i]} * weights[i];
      largest = std::max(largest, requantized(magnitude(sum), qkv.requantization));
    }
  }
  return largest;
}

// The largest |V| of all layers.
std::uint64_t largest_value(const v1::Weights& network) {
  std::uint64_t largest = 0;
  for (std::size_t i = 1; i < network.layers.size(); ++i)
    largest = std::max(largest, largest_value_of_rows(network, network.layers[i]));
  return std::max(largest, largest_value_of_tokens(network));
}

Check check_attention(const v1::Weights& network) {
  const std::uint64_t value = largest_value(network);
  // Each position adds at most weight * value; rescaling by e < 1 never adds. The sink's value is
  // zero.
  const std::uint64_t step = std::max<std::uint64_t>(kMaxWeight * value, 1);
  const std::uint64_t safe_positions = (kInt32Limit - 1) / step;
  Check check = make_check(
      "attention accumulator", true,
      format("|A| <= %s after %u positions, below 2^31 (|V| <= %s)",
             grouped(step * network.positions).c_str(), network.positions, grouped(value).c_str()),
      {{"largest_value", value}, {"safe_positions", safe_positions}});
  if (safe_positions < network.positions) {
    check.verdict = Verdict::warning;
    check.text = format(
        "can pass 2^31 from %s positions on (|V| <= %s): with longer contexts the dialects rust "
        "(32 bits, wrapping) and i64 may differ; each is exact in itself",
        grouped(safe_positions + 1).c_str(), grouped(value).c_str());
  }
  return check;
}

Check check_logits(const v1::Weights& network) {
  const MatrixBounds bounds = bounds_of("head", network.head, nullptr);
  const std::uint64_t logit = kMaxActivation * bounds.largest_sum;
  // Differences of logits and sums of weights are uint32; scaled weights are uint64.
  const std::uint64_t weights = kMaxWeight * network.vocabulary;
  return make_check("logits", 2 * logit <= UINT32_MAX && weights <= UINT32_MAX,
                    format("|logit| <= %s: differences, and sums of %u weights, fit 32 bits",
                           grouped(logit).c_str(), network.vocabulary),
                    {{"largest_logit", logit}, {"largest_weight_sum", weights}});
}

}  // namespace

Checks check_arithmetic(const v1::Weights& network) {
  Checks checks;
  for (const MatrixBounds& bounds : all_bounds(network)) checks.push_back(check_matrix(bounds));
  checks.push_back(check_norms(network));
  checks.push_back(check_residual(network));
  checks.push_back(check_scores(network));
  checks.push_back(check_attention(network));
  checks.push_back(check_logits(network));
  return checks;
}

}  // namespace czip::tool
