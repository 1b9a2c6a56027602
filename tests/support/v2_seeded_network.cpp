#include "support/v2_seeded_network.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "support/splitmix64.hpp"

namespace czip::test {
namespace {

class NetworkBuilder {
 public:
  explicit NetworkBuilder(const SeededNetworkV2Options& options)
      : options_(options), c_(options.config), random_(options.seed) {}

  SafetensorsContent build() && {
    const std::array<std::uint32_t, v2::kConfigFields> config = v2::config_fields(c_);
    add(safetensors::make_tensor<std::uint32_t>("config", {config.size()}, config));
    std::array<std::uint16_t, 64> exp2{};
    for (std::size_t i = 0; i < exp2.size(); ++i)
      exp2[i] = static_cast<std::uint16_t>(
          std::min(65535L, std::lround(65536 * std::exp2(-static_cast<double>(i) / 64))));
    add(safetensors::make_tensor<std::uint16_t>("exp2", {exp2.size()}, exp2));
    add_weights("embedding", c_.vocabulary, c_.d_model);
    if (c_.bigram_buckets != 0) add_weights("bigram", c_.bigram_buckets, c_.d_model);
    for (std::uint32_t layer = 0; layer < c_.layers; ++layer)
      add_layer("layers." + std::to_string(layer) + ".");
    add_vector("final_norm", c_.d_model, 500, 2000);
    add_weights("group_head", options_.groups != 0 ? options_.groups : seeded_groups(c_).size(),
                c_.d_model);
    if (c_.tied == 0) add_weights("head", c_.vocabulary, c_.d_model);
    const std::int32_t head_scale = options_.extreme ? 40 : multiplier(c_.d_model, 15, 300);
    add_vector("head_scale", 1, head_scale, head_scale);
    return std::move(content_);
  }

 private:
  void add(safetensors::TensorContent tensor) {
    tensor.name = "network." + tensor.name;
    content_.tensors.push_back(std::move(tensor));
  }

  // `low` to `high`; with `extreme`, `high` or, where `low` is below zero, -`high` as well: for
  // even seeds in half of all cases, for odd ones in a quarter, so that sums grow, too.
  std::int32_t draw(std::int32_t low, std::int32_t high) {
    if (!options_.extreme) return random_.between(low, high);
    const std::int32_t negatives = options_.seed % 2 == 0 ? 1 : 0;
    return low < 0 && random_.between(0, 3) <= negatives ? -high : high;
  }

  void add_weights(const std::string& name, std::size_t rows, std::size_t cols) {
    std::vector<std::int8_t> values(rows * cols);
    const int most = cols > 1040 ? static_cast<int>(132104 / cols) : 127;
    for (std::int8_t& value : values) value = static_cast<std::int8_t>(draw(-most, most));
    add(safetensors::make_tensor<std::int8_t>(name, {rows, cols}, values));
  }

  void add_vector(const std::string& name, std::size_t size, std::int32_t low, std::int32_t high) {
    std::vector<std::int16_t> values(size);
    for (std::int16_t& value : values) value = static_cast<std::int16_t>(draw(low, high));
    add(safetensors::make_tensor<std::int16_t>(name, {size}, values));
  }

  // Brings sums of `terms` products of uniform weights with values of about 32 to about `target`.
  static std::int32_t multiplier(double terms, int shift, double target) {
    return static_cast<std::int32_t>(
        std::lround(target * std::exp2(shift) / (std::sqrt(terms) * 32 * 73)));
  }

  void add_scale(const std::string& name, std::size_t size, double terms, std::uint8_t shift,
                 double target) {
    if (options_.extreme) shift = 1;
    const std::int32_t middle = multiplier(terms, shift, target);
    if (options_.extreme)
      add_vector(name + "_scale", size, 32767, 32767);
    else
      add_vector(name + "_scale", size, middle / 2, middle * 3 / 2);
    add(safetensors::make_tensor<std::uint8_t>(name + "_shift", {1}, std::span(&shift, 1)));
  }

  // Gains of about 1024 give int8 values of about 32.
  void add_layer(const std::string& prefix) {
    const std::uint32_t query_width = c_.heads * c_.head_dim;
    const std::uint32_t key_width = c_.kv_heads * c_.head_dim;
    const std::int32_t high = options_.extreme ? 32767 : 1600;
    add_vector(prefix + "attention_norm", c_.d_model, -1600, high);
    add_weights(prefix + "qkv", query_width + 2 * key_width, c_.d_model);
    add_vector(prefix + "query_norm", query_width, 400, high);
    add_vector(prefix + "key_norm", key_width, 400, high);
    add_scale(prefix + "value", key_width, c_.d_model, 20, 40);
    std::vector<std::int16_t> bias(std::size_t{c_.heads} * c_.window);
    for (std::int16_t& value : bias)
      value = static_cast<std::int16_t>(options_.extreme ? draw(-32767, 32767) : draw(-128, 128));
    add(safetensors::make_tensor<std::int16_t>(prefix + "position_bias", {c_.heads, c_.window},
                                               bias));
    add_vector(prefix + "score_scale", c_.heads, 100, options_.extreme ? 1023 : 800);
    add_vector(prefix + "sink", c_.heads, -200, options_.extreme ? 32767 : 200);
    add_vector(prefix + "attention_gain", c_.heads, 256, options_.extreme ? 4096 : 1024);
    add_weights(prefix + "output", c_.d_model, query_width);
    add_scale(prefix + "output", c_.d_model, query_width, 15, 200);
    add_vector(prefix + "feed_forward_norm", c_.d_model, -1600, high);
    add_weights(prefix + "up", c_.gated != 0 ? 2 * c_.d_ff : c_.d_ff, c_.d_model);
    add_scale(prefix + "up", c_.gated != 0 ? 2 * c_.d_ff : c_.d_ff, c_.d_model, 16, 1500);
    add_weights(prefix + "down", c_.d_model, c_.d_ff);
    add_scale(prefix + "down", c_.d_model, c_.d_ff, 15, 300);
  }

  const SeededNetworkV2Options& options_;
  const v2::NetworkConfig& c_;
  SplitMix64 random_;
  SafetensorsContent content_;
};

}  // namespace

std::vector<std::uint32_t> seeded_groups(const v2::NetworkConfig& config) {
  std::vector<std::uint32_t> groups;
  for (std::uint32_t first = 0; first < config.vocabulary;
       first +=
       config.group_size - 7 * (static_cast<std::uint32_t>(groups.size()) - 1) % config.group_size)
    groups.push_back(first);
  return groups;
}

SafetensorsContent make_seeded_network_v2(const SeededNetworkV2Options& options) {
  return NetworkBuilder(options).build();
}

}  // namespace czip::test
