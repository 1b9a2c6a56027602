#include <array>
#include <span>
#include <string>
#include <utility>

#include "signature/models.hpp"

namespace czip::signature {
namespace {

// Multipliers and shifts that spread the activations of networks some 64 wide over their ranges.
struct Scale {
  std::int32_t least;
  std::int32_t most;
  std::uint8_t shift;
};
constexpr Scale kValueScale{1100, 3300, 20};
constexpr Scale kOutputScale{170, 500, 15};
constexpr Scale kUpScale{2600, 7800, 16};
constexpr Scale kDownScale{160, 480, 15};

class NetworkWriter {
 public:
  NetworkWriter(const v2::NetworkConfig& config, Random& random, Tensors& tensors)
      : c_(config), random_(&random), tensors_(&tensors) {}

  void write(std::size_t groups) {
    const std::array<std::uint32_t, v2::kConfigFields> config = v2::config_fields(c_);
    add<std::uint32_t>("config", {config.size()}, config);
    // A straight line stands in for 2^(-i/64): any table tests the arithmetic.
    std::array<std::uint16_t, v2::kExp2Entries> exp2{};
    for (std::uint32_t i = 0; i < exp2.size(); ++i)
      exp2[i] = static_cast<std::uint16_t>(v2::kFirstExp2 - 512 * i);
    add<std::uint16_t>("exp2", {exp2.size()}, exp2);
    add_weights("embedding", c_.vocabulary, c_.d_model);
    if (c_.bigram_buckets != 0) add_weights("bigram", c_.bigram_buckets, c_.d_model);
    for (std::uint32_t layer = 0; layer < c_.layers; ++layer)
      add_layer("layers." + std::to_string(layer) + ".");
    add_vector("final_norm", c_.d_model, 500, 2000);
    add_weights("group_head", groups, c_.d_model);
    if (c_.tied == 0) add_weights("head", c_.vocabulary, c_.d_model);
    add_vector("head_scale", 1, 520, 520);
  }

 private:
  template <class T>
  void add(const std::string& name, std::vector<std::uint64_t> shape, std::span<const T> values) {
    tensors_->push_back(safetensors::make_tensor<T>(std::string(v2::kTensorPrefix) + name,
                                                    std::move(shape), values));
  }
  void add_weights(const std::string& name, std::size_t rows, std::size_t cols) {
    add<std::int8_t>(name, {rows, cols}, random_->vector<std::int8_t>(rows * cols, -127, 127));
  }
  void add_vector(const std::string& name, std::size_t size, std::int32_t low, std::int32_t high) {
    add<std::int16_t>(name, {size}, random_->vector<std::int16_t>(size, low, high));
  }
  void add_scale(const std::string& name, std::size_t size, const Scale& scale) {
    add_vector(name + "_scale", size, scale.least, scale.most);
    add<std::uint8_t>(name + "_shift", {1}, std::span(&scale.shift, 1));
  }

  void add_layer(const std::string& prefix) {
    const std::size_t query_width = std::size_t{c_.heads} * c_.head_dim;
    const std::size_t key_width = std::size_t{c_.kv_heads} * c_.head_dim;
    const std::size_t up_rows = std::size_t{c_.d_ff} * (c_.gated != 0 ? 2 : 1);
    add_vector(prefix + "attention_norm", c_.d_model, -1600, 1600);
    add_weights(prefix + "qkv", query_width + 2 * key_width, c_.d_model);
    add_vector(prefix + "query_norm", query_width, 400, 1600);
    add_vector(prefix + "key_norm", key_width, 400, 1600);
    add_scale(prefix + "value", key_width, kValueScale);
    add<std::int16_t>(prefix + "position_bias", {c_.heads, c_.window},
                      random_->vector<std::int16_t>(std::size_t{c_.heads} * c_.window, -128, 128));
    add_vector(prefix + "score_scale", c_.heads, 100, 800);
    add_vector(prefix + "sink", c_.heads, -200, 200);
    add_vector(prefix + "attention_gain", c_.heads, 256, 1024);
    add_weights(prefix + "output", c_.d_model, query_width);
    add_scale(prefix + "output", c_.d_model, kOutputScale);
    add_vector(prefix + "feed_forward_norm", c_.d_model, -1600, 1600);
    add_weights(prefix + "up", up_rows, c_.d_model);
    add_scale(prefix + "up", up_rows, kUpScale);
    add_weights(prefix + "down", c_.d_model, c_.d_ff);
    add_scale(prefix + "down", c_.d_model, kDownScale);
  }

  const v2::NetworkConfig& c_;
  Random* random_;
  Tensors* tensors_;
};

}  // namespace

void add_network_tensors(const v2::NetworkConfig& config, std::size_t groups, Random& random,
                         Tensors& tensors) {
  NetworkWriter(config, random, tensors).write(groups);
}

}  // namespace czip::signature
