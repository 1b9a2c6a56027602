#include "v2/network/parameters.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "nn/normal.hpp"

namespace czip::v2::training {
namespace {

using nn::Parameter;
using nn::Role;

constexpr float kMaxMagnitude = 32767;  // of an int16 gain, bias or multiplier
// Integer weights of a matrix at its initial values have about this standard deviation.
constexpr float kWeightDeviation = 25;
constexpr float kEmbeddingDeviation = 30;

// The limit of a weight, so that a row's magnitudes add up to no more than the format allows.
float largest_weight(std::size_t cols) {
  return static_cast<float>(std::min<std::size_t>(kValueBound, kMaxRowSum / cols));
}

Parameter matrix(std::string name, std::size_t rows, std::size_t cols,
                 std::vector<std::size_t> row_blocks) {
  const float most = largest_weight(cols);
  return {.name = std::move(name),
          .rows = rows,
          .cols = cols,
          .role = Role::matrix,
          .unit = kWeightDeviation * std::sqrt(static_cast<float>(cols)),
          .low = -most,
          .high = most,
          .row_blocks = std::move(row_blocks)};
}

Parameter table(std::string name, std::size_t rows, std::size_t cols) {
  return {.name = std::move(name),
          .rows = rows,
          .cols = cols,
          .role = Role::table,
          .unit = kEmbeddingDeviation,
          .low = -kValueBound,
          .high = kValueBound};
}

// The unit gives a logit of 25 to a row and an activation of the same direction.
Parameter head_table(std::string name, std::size_t rows, std::size_t cols) {
  Parameter parameter = table(std::move(name), rows, cols);
  parameter.role = Role::head;
  parameter.unit = kWeightDeviation;
  return parameter;
}

// A parameter of which every element starts as `value`.
Parameter vector(std::string name, std::size_t size, float unit, float value, float low,
                 float high) {
  Parameter parameter{
      .name = std::move(name), .cols = size, .unit = unit, .low = low, .high = high};
  parameter.value.assign(size, value);
  return parameter;
}

Parameter gains(std::string name, std::size_t size) {
  return vector(std::move(name), size, 1024, 1, -kMaxMagnitude, kMaxMagnitude);
}

// Multipliers of a requantization by 2^-shift. They bring sums of `terms` products of weights and
// activations of the usual sizes to about `target`.
Parameter scale(std::string name, std::size_t size, int shift, std::size_t terms, float target) {
  constexpr float kActivationDeviation = 32;
  const float products =
      std::sqrt(static_cast<float>(terms)) * kActivationDeviation * kWeightDeviation;
  return vector(std::move(name), size, std::ldexp(target, shift) / products, 1, 0, kMaxMultiplier);
}

}  // namespace

Parameters::Parameters(const NetworkConfig& config, std::size_t groups, std::uint64_t seed) {
  const std::size_t width = config.d_model;
  embedding = add(table("embedding", config.vocabulary, width));
  if (config.bigram_buckets > 0) bigram = add(table("bigram", config.bigram_buckets, width));
  for (std::uint32_t i = 0; i < config.layers; ++i)
    add_layer(config, "layers." + std::to_string(i) + ".");
  final_norm = add(gains("final_norm", width));
  group_head = add(head_table("group_head", groups, width));
  head = add(head_table("head", config.vocabulary, width));
  const float logit_unit =
      25 * 64 / std::log(2.0F) / (32 * kWeightDeviation * static_cast<float>(width));
  head_scale =
      add(vector("head_scale", 1, std::ldexp(logit_unit, kLogitShift), 1, 1, kMaxMultiplier));

  // The last map of each branch starts at zero, and the head near zero.
  nn::Normal normal(seed);
  for (float& value : list[embedding].value) value = normal();
  for (const std::size_t index : {group_head, head})
    for (float& value : list[index].value) value = 0.2F * normal();
  for (const LayerIndex& layer : layers) {
    for (const std::size_t index : {layer.qkv, layer.up}) {
      const float deviation = 1 / std::sqrt(static_cast<float>(list[index].cols));
      for (float& value : list[index].value) value = deviation * normal();
    }
  }
  quantize();
}

void Parameters::add_layer(const NetworkConfig& config, const std::string& prefix) {
  const std::size_t width = config.d_model;
  const std::size_t queries = std::size_t{config.heads} * config.head_dim;
  const std::size_t keys = std::size_t{config.kv_heads} * config.head_dim;
  const std::size_t hidden = config.d_ff;
  const float residual =
      kEmbeddingDeviation * std::ldexp(1.0F, static_cast<int>(config.embedding_shift));
  // A score's unit is 1/64 of a power of two; a product of unit vectors has weight 1 / sqrt(E).
  const float score_unit =
      std::ldexp(64 / std::log(2.0F), 14) / (1024 * std::sqrt(static_cast<float>(config.head_dim)));
  LayerIndex layer{};
  layer.attention_norm = add(gains(prefix + "attention_norm", width));
  layer.qkv = add(matrix(prefix + "qkv", queries + 2 * keys, width, {queries, keys, keys}));
  layer.query_norm = add(gains(prefix + "query_norm", queries));
  layer.key_norm = add(gains(prefix + "key_norm", keys));
  layer.value_scale = add(scale(prefix + "value_scale", keys, kValueShift, width, 32));
  layer.position_bias =
      add(vector(prefix + "position_bias", std::size_t{config.heads} * config.window, 64, 0,
                 -kMaxMagnitude, kMaxMagnitude));
  // Each head starts with another recency bias, as in ALiBi (Press et al. 2021): half the weight
  // every 2, ..., 2^8 tokens.
  for (std::uint32_t h = 0; h < config.heads; ++h)
    for (std::uint32_t d = 0; d < config.window; ++d)
      list[layer.position_bias].value[std::size_t{h} * config.window + d] =
          -std::ldexp(static_cast<float>(d), -1 - static_cast<int>(8 * h / config.heads));
  layer.score_scale =
      add(vector(prefix + "score_scale", config.heads, score_unit, 1, 1, kMaxScoreScale));
  layer.sink = add(vector(prefix + "sink", config.heads, 64, 0, -kMaxMagnitude, kMaxMagnitude));
  layer.attention_gain =
      add(vector(prefix + "attention_gain", config.heads, 512, 1, 1, kMaxAttentionGain));
  layer.output = add(matrix(prefix + "output", width, queries, {width}));
  layer.output_scale = add(scale(prefix + "output_scale", width, kBranchShift, queries, residual));
  layer.feed_forward_norm = add(gains(prefix + "feed_forward_norm", width));
  layer.up = add(matrix(prefix + "up", hidden, width, {hidden}));
  layer.up_scale = add(scale(prefix + "up_scale", hidden, kUpShift, width, 1450));
  layer.down = add(matrix(prefix + "down", width, hidden, {width}));
  layer.down_scale = add(scale(prefix + "down_scale", width, kBranchShift, hidden, residual));
  layers.push_back(layer);
}

std::optional<ShiftTensor> shift_of(const std::string& parameter) {
  struct Entry {
    const char* name;
    std::uint8_t shift;
  };
  constexpr std::array<Entry, 4> kEntries{
      {{"value", kValueShift}, {"output", kBranchShift}, {"up", kUpShift}, {"down", kBranchShift}}};
  for (const Entry& entry : kEntries) {
    const std::string ending = std::string(".") + entry.name + "_scale";
    if (!parameter.ends_with(ending)) continue;
    const std::string prefix = parameter.substr(0, parameter.size() - ending.size() + 1);
    return ShiftTensor{prefix + entry.name + "_shift", entry.shift};
  }
  return std::nullopt;
}

}  // namespace czip::v2::training
