#include "support/v1_seeded_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "support/safetensors_writer.hpp"
#include "support/splitmix64.hpp"
#include "support/v1_seeded_tokenizer.hpp"

namespace czip::test {
namespace {

constexpr std::uint32_t kHeadSize = 64;

struct Scale {
  std::int32_t multiplier;
  std::int8_t shift;
};

// Requantizations of one layer, chosen by measuring so that each output is spread (standard
// deviation 25 to 60, few values saturated). Layer 0 scales as the public models do where it can;
// the others show that any multiplier, also a negative one, and any shift work.
struct LayerScales {
  Scale qkv;
  Scale out;
  Scale up;
  Scale down;
};
constexpr LayerScales kFirstLayer{{819, 20}, {819, 17}, {819, 20}, {819, 17}};
constexpr LayerScales kOtherLayers{{51, 16}, {12345, 23}, {3277, 22}, {-100003, 24}};

class ModelBuilder {
 public:
  explicit ModelBuilder(const SeededModelOptions& options)
      : options_(options),
        d_model_(options.heads * kHeadSize),
        vocabulary_(258 + options.merges),
        random_(options.seed) {}

  SafetensorsContent build() && {
    add_metadata();
    // Half the range: the layers add to it, and a normalization first limits the sum to 127.
    add_weights("embed.weight", {vocabulary_, d_model_}, -64, 64);
    for (std::uint32_t layer = 0; layer < options_.layers; ++layer) add_layer(layer);
    add_norm("norm.weight");
    add_weights("head.weight", {vocabulary_, d_model_}, -127, 127);
    add_tables();
    // A sharper output softmax than the public models', since random logits differ little, and a
    // total that is neither the default nor a power of two.
    add(make_scalar("softmax.coef_q24", std::uint32_t{8 * 37819}));
    add(make_scalar("softmax.target_total", std::uint32_t{1'000'000'007}));
    const std::vector<std::uint8_t> tokenizer =
        wrap_in_zstd_frame(make_seeded_tokenizer(options_.merges));
    add(safetensors::make_tensor<std::uint8_t>("tokenizer.data", {tokenizer.size()}, tokenizer));
    return std::move(content_);
  }

 private:
  void add(safetensors::TensorContent tensor) { content_.tensors.push_back(std::move(tensor)); }

  void add_weights(const std::string& name, const std::vector<std::uint64_t>& shape,
                   std::int32_t low, std::int32_t high) {
    std::uint64_t count = 1;
    for (const std::uint64_t dimension : shape) count *= dimension;
    std::vector<std::int8_t> values(static_cast<std::size_t>(count));
    for (std::int8_t& value : values) value = static_cast<std::int8_t>(random_.between(low, high));
    add(safetensors::make_tensor<std::int8_t>(name, shape, values));
  }

  // Around half of 127, so that a normalized value rarely saturates.
  void add_norm(const std::string& name) { add_weights(name, {d_model_}, 32, 96); }

  void add_dense(const std::string& name, std::uint64_t rows, std::uint64_t cols, Scale scale) {
    add_weights(name + ".weight", {rows, cols}, -127, 127);
    add(make_scalar(name + ".mult", scale.multiplier));
    add(make_scalar(name + ".shift", scale.shift));
  }

  void add_layer(std::uint32_t layer) {
    const LayerScales& scales = layer == 0 ? kFirstLayer : kOtherLayers;
    const std::string prefix = std::string("layers.") + std::to_string(layer) + ".";
    add_norm(prefix + "attn_norm.weight");
    add_dense(prefix + "attn.qkv", d_model_ + 2 * kHeadSize, d_model_, scales.qkv);
    add_score_multipliers(prefix, layer);
    if (options_.sink_key && layer == 0)
      add_weights(prefix + "attn.sink_key", {kHeadSize}, -127, 127);
    add_dense(prefix + "attn.out", d_model_, d_model_, scales.out);
    add_norm(prefix + "ffn_norm.weight");
    add_norm(prefix + "post_attn_norm.weight");
    add_dense(prefix + "ffn.up", std::uint64_t{2} * options_.d_ff, d_model_, scales.up);
    add_dense(prefix + "ffn.down", d_model_, options_.d_ff, scales.down);
    add_norm(prefix + "post_ffn_norm.weight");
  }

  // Layer 0 attends as broadly as the public models do, the others to few positions.
  void add_score_multipliers(const std::string& prefix, std::uint32_t layer) {
    std::vector<std::int32_t> values(options_.heads);
    for (std::int32_t& value : values)
      value = random_.between(58000, 61000) * (layer == 0 ? 1 : 16);
    add(safetensors::make_tensor<std::int32_t>(prefix + "attn.score_mult", {options_.heads},
                                               values));
    add(make_scalar(prefix + "attn.score_shift", std::int8_t{15}));
  }

  void add_tables() {
    std::array<std::uint16_t, 256> exp2{};
    for (std::size_t i = 0; i < exp2.size(); ++i) {
      const double power = std::exp2(-static_cast<double>(i) / 256) * 65536;
      exp2[i] = static_cast<std::uint16_t>(std::min(65535L, std::lround(power)));
    }
    add(safetensors::make_tensor<std::uint16_t>("lut.exp2", {256}, exp2));

    constexpr std::uint32_t kPairs = kHeadSize / 2;
    const auto q15 = [](double x) {
      return static_cast<std::int16_t>(std::min(32767L, std::lround(32768 * x)));
    };
    std::vector<std::int16_t> cosines;
    std::vector<std::int16_t> sines;
    for (std::uint32_t position = 0; position < options_.positions; ++position) {
      for (std::uint32_t pair = 0; pair < kPairs; ++pair) {
        const double angle = position * std::pow(10000.0, -static_cast<double>(pair) / kPairs);
        cosines.push_back(q15(std::cos(angle)));
        sines.push_back(q15(std::sin(angle)));
      }
    }
    add(safetensors::make_tensor<std::int16_t>("lut.rope_cos", {options_.positions, kPairs},
                                               cosines));
    add(safetensors::make_tensor<std::int16_t>("lut.rope_sin", {options_.positions, kPairs},
                                               sines));
  }

  void add_metadata() {
    content_.metadata = {
        {"format", "czip-model-v1"},
        {"vocab_size", std::to_string(vocabulary_)},
        {"n_layers", std::to_string(options_.layers)},
        {"n_heads", std::to_string(options_.heads)},
        {"n_kv_heads", "1"},
        {"head_dim", std::to_string(kHeadSize)},
        {"d_model", std::to_string(d_model_)},
        {"d_ff", std::to_string(options_.d_ff)},
        {"max_seq_len", std::to_string(options_.positions)},
        {"context_length_log2", std::to_string(options_.context_log2)},
        {"rope_theta_q16", "655360000"},
        {"tokenizer_codec", "zstd"},
    };
  }

  const SeededModelOptions& options_;
  std::uint32_t d_model_;
  std::uint32_t vocabulary_;
  SplitMix64 random_;
  SafetensorsContent content_;
};

}  // namespace

SafetensorsContent make_seeded_content(const SeededModelOptions& options) {
  return ModelBuilder(options).build();
}

std::vector<std::uint8_t> make_seeded_model(const SeededModelOptions& options) {
  return write_safetensors(make_seeded_content(options));
}

SeededModelOptions tiny_model_options() {
  SeededModelOptions options;
  options.heads = 1;
  options.d_ff = 64;
  options.layers = 1;
  options.merges = 1;
  options.positions = 64;
  options.context_log2 = 6;
  return options;
}

}  // namespace czip::test
