#include "v1/parameters.hpp"

#include <cmath>
#include <utility>

#include "nn/normal.hpp"
#include "v1/shape.hpp"

namespace czip::v1::training {
namespace {

using nn::Parameter;
using nn::Role;

// Standard deviations of the initial integer weights. With requantizations by 819 / 2^20 they make
// every map's outputs fill about half of int8's range.
constexpr float kEmbeddingDeviation = 40;
constexpr float kQkvDeviation = 30;
constexpr float kOutputDeviation = 40;
constexpr float kUpDeviation = 50;
constexpr float kDownDeviation = 40;
// A logit's unit is small, so the head's weights become large; they start small.
constexpr float kHeadDeviation = 100;
constexpr float kInitialHead = 0.05F;
// Root mean squares of the norms' outputs before they are limited to 127. Branches start small
// beside the embedding. Before the head, large activations are worth more than what saturation
// loses.
constexpr float kInputGain = 64;
constexpr float kBranchGain = 8;
constexpr float kFinalGain = 127;
// Brings the scores of initial queries and keys to about 1.
constexpr float kScoreMultiplier = 8 * 32768;
constexpr float kMaxScoreMultiplier = 3'000'000;  // fp32 holds it, and scores fit 32 bits

Parameter matrix(std::string name, std::size_t rows, std::size_t cols, float deviation,
                 std::vector<std::size_t> row_blocks) {
  return {.name = std::move(name),
          .rows = rows,
          .cols = cols,
          .role = Role::matrix,
          .unit = deviation * std::sqrt(static_cast<float>(cols)),
          .low = -kValueBound,
          .high = kValueBound,
          .row_blocks = std::move(row_blocks)};
}

Parameter table(std::string name, Role role, std::size_t cols, float deviation) {
  return {.name = std::move(name),
          .rows = kVocabulary,
          .cols = cols,
          .role = role,
          .unit = deviation,
          .low = -kValueBound,
          .high = kValueBound};
}

Parameter vector(std::string name, std::size_t size, float unit, float value) {
  Parameter parameter{.name = std::move(name),
                      .cols = size,
                      .unit = unit,
                      .low = -kValueBound,
                      .high = kValueBound};
  parameter.value.assign(size, value);
  return parameter;
}

Parameter gains(std::string name, std::size_t size, float gain) {
  return vector(std::move(name), size, kInputGain, gain / kInputGain);
}

}  // namespace

Parameters::Parameters(const NetworkShape& shape, std::uint64_t seed) {
  const std::size_t width = width_of(shape);
  embedding = add(table("embed.weight", Role::table, width, kEmbeddingDeviation));
  for (std::uint32_t i = 0; i < shape.layers; ++i)
    add_layer(shape, "layers." + std::to_string(i) + ".");
  final_norm = add(gains("norm.weight", width, kFinalGain));
  head = add(table("head.weight", Role::head, width, kHeadDeviation));

  nn::Normal normal(seed);
  for (float& value : list[embedding].value) value = normal();
  for (float& value : list[head].value) value = kInitialHead * normal();
  for (const LayerIndex& layer : layers) {
    for (const std::size_t index : {layer.qkv, layer.attention_output, layer.up, layer.down}) {
      const float deviation = 1 / std::sqrt(static_cast<float>(list[index].cols));
      for (float& value : list[index].value) value = deviation * normal();
    }
  }
  quantize();
}

void Parameters::add_layer(const NetworkShape& shape, const std::string& prefix) {
  const std::size_t width = width_of(shape);
  const std::size_t hidden = shape.d_ff;
  LayerIndex layer{};
  layer.attention_input_norm = add(gains(prefix + "attn_norm.weight", width, kInputGain));
  layer.qkv = add(matrix(prefix + "attn.qkv.weight", width + 2 * kHeadDim, width, kQkvDeviation,
                         {width, kHeadDim, kHeadDim}));
  layer.score_multiplier =
      add(vector(prefix + "attn.score_mult", shape.heads, kScoreMultiplier, 1));
  list[layer.score_multiplier].low = 1;
  list[layer.score_multiplier].high = kMaxScoreMultiplier;
  layer.sink = add(vector(prefix + "attn.sink_key", kHeadDim, kQkvDeviation, 0));
  layer.attention_output =
      add(matrix(prefix + "attn.out.weight", width, width, kOutputDeviation, {width}));
  layer.attention_output_norm = add(gains(prefix + "ffn_norm.weight", width, kBranchGain));
  layer.feed_forward_input_norm = add(gains(prefix + "post_attn_norm.weight", width, kInputGain));
  layer.up =
      add(matrix(prefix + "ffn.up.weight", 2 * hidden, width, kUpDeviation, {hidden, hidden}));
  layer.down = add(matrix(prefix + "ffn.down.weight", width, hidden, kDownDeviation, {width}));
  layer.feed_forward_output_norm = add(gains(prefix + "post_ffn_norm.weight", width, kBranchGain));
  layers.push_back(layer);
}

}  // namespace czip::v1::training
