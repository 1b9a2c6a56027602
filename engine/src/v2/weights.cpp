#include "v2/weights.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "czip/base/in_quotes.hpp"
#include "safetensors/prefixed_reader.hpp"

namespace czip::v2 {
namespace {

using Limits = NetworkLimits;

class NetworkReader : private safetensors::PrefixedReader {
 public:
  explicit NetworkReader(const safetensors::File& file) : PrefixedReader(file, kTensorPrefix) {}

  Result<NetworkConfig> read_config_only() &&;
  Result<Weights> read(std::uint32_t groups) &&;

 private:
  void read_config();
  void read_exp2();
  MatrixI8 weights(const std::string& rest, std::uint32_t rows, std::uint32_t cols);
  std::vector<std::int16_t> vector(const std::string& rest, std::uint32_t size, std::int32_t least,
                                   std::int32_t most) {
    return values_within<std::int16_t>(rest, {size}, least, most);
  }
  std::vector<std::int16_t> gains(const std::string& rest, std::uint32_t size) {
    return vector(rest, size, -kMaxMultiplier, kMaxMultiplier);
  }
  ChannelScale scale(const std::string& rest, std::uint32_t size, int max_shift);
  void read_attention(const std::string& prefix, LayerWeights& layer);
  void read_feed_forward(const std::string& prefix, LayerWeights& layer);

  Weights model_;
};

void NetworkReader::read_config() {
  const std::vector<std::uint32_t> f = config(kConfigFields, kNetworkFormatVersion, "the network");
  if (failed()) return;
  NetworkConfig& c = model_.config;
  c = {f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9], f[10], f[11], f[12], f[13]};
  check_field("vocabulary", c.vocabulary, 2, Limits::kVocabulary, 1);
  check_field("d_model", c.d_model, kWidthMultiple, Limits::kModelWidth, kWidthMultiple);
  check_field("layers", c.layers, 1, Limits::kLayers, 1);
  check_field("heads", c.heads, 1, Limits::kHeads, 1);
  check_field("kv_heads", c.kv_heads, 1, Limits::kHeads, 1);
  check_field("head_dim", c.head_dim, kWidthMultiple, Limits::kHeadDim, kWidthMultiple);
  check_field("d_ff", c.d_ff, kWidthMultiple, Limits::kFeedForward, kWidthMultiple);
  check_field("window", c.window, kWidthMultiple, Limits::kWindow, kWidthMultiple);
  check_field("bigram_buckets", c.bigram_buckets, 0, Limits::kBigramBuckets, 1);
  check_field("gated", c.gated, 0, 1, 1);
  check_field("tied", c.tied, 0, 1, 1);
  check_field("embedding_shift", c.embedding_shift, 0, Limits::kEmbeddingShift, 1);
  check_field("group_size", c.group_size, 1, Limits::kVocabulary, 1);
  if (failed()) return;
  if (c.heads % c.kv_heads != 0)
    refuse("tensor 'network.config' says heads = " + std::to_string(c.heads) +
           ", no multiple of kv_heads = " + std::to_string(c.kv_heads));
  if (c.bigram_buckets != 0 && !std::has_single_bit(c.bigram_buckets))
    refuse("tensor 'network.config' says bigram_buckets = " + std::to_string(c.bigram_buckets) +
           ", expected 0 or a power of two");
}

void NetworkReader::read_exp2() {
  const auto table = values<std::uint16_t>(name("exp2"), {kExp2Entries});
  if (failed()) return;
  if (table.front() != kFirstExp2 || table.back() < kLeastExp2 ||
      !std::ranges::is_sorted(table, std::ranges::greater{}))
    refuse("tensor 'network.exp2' does not fall from 65535 to 32768 or more");
  std::ranges::copy(table, model_.exp2.begin());
}

// Bounded rows keep every accumulator below 2^24.
MatrixI8 NetworkReader::weights(const std::string& rest, std::uint32_t rows, std::uint32_t cols) {
  MatrixI8 read = matrix(name(rest), rows, cols);
  if (failed()) return read;
  for (std::size_t row = 0; row < rows; ++row) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < cols; ++i)
      sum += static_cast<std::uint32_t>(std::abs(read.data[row * cols + i]));
    if (sum <= kMaxRowSum) continue;
    refuse("tensor " + in_quotes(name(rest)) + " has magnitudes that add up to " +
           std::to_string(sum) + " in row " + std::to_string(row) + ", expected at most " +
           std::to_string(kMaxRowSum));
    break;
  }
  if (std::ranges::find(read.data, INT8_MIN) != read.data.end())
    refuse("tensor " + in_quotes(name(rest)) + " has a weight of -128, expected -127 to 127");
  return read;
}

ChannelScale NetworkReader::scale(const std::string& rest, std::uint32_t size, int max_shift) {
  ChannelScale scale{.multiplier = vector(rest + "_scale", size, 0, kMaxMultiplier)};
  scale.shift = shift(rest + "_shift", 1, max_shift);
  return scale;
}

void NetworkReader::read_attention(const std::string& prefix, LayerWeights& layer) {
  const NetworkConfig& c = model_.config;
  const std::uint32_t query_width = c.heads * c.head_dim;
  const std::uint32_t key_width = c.kv_heads * c.head_dim;
  layer.attention_norm = gains(prefix + "attention_norm", c.d_model);
  layer.qkv = weights(prefix + "qkv", query_width + 2 * key_width, c.d_model);
  layer.query_norm = gains(prefix + "query_norm", query_width);
  layer.key_norm = gains(prefix + "key_norm", key_width);
  layer.value_scale = scale(prefix + "value", key_width, kMaxValueShift);
  layer.position_bias = values<std::int16_t>(name(prefix + "position_bias"), {c.heads, c.window});
  layer.score_scale = vector(prefix + "score_scale", c.heads, 1, kMaxScoreScale);
  layer.sink = vector(prefix + "sink", c.heads, INT16_MIN, INT16_MAX);
  layer.attention_gain = vector(prefix + "attention_gain", c.heads, 1, kMaxAttentionGain);
  layer.output = weights(prefix + "output", c.d_model, query_width);
  layer.output_scale = scale(prefix + "output", c.d_model, kMaxResidualShift);
}

void NetworkReader::read_feed_forward(const std::string& prefix, LayerWeights& layer) {
  const NetworkConfig& c = model_.config;
  const std::uint32_t up_rows = c.gated != 0 ? 2 * c.d_ff : c.d_ff;
  layer.feed_forward_norm = gains(prefix + "feed_forward_norm", c.d_model);
  layer.up = weights(prefix + "up", up_rows, c.d_model);
  layer.up_scale = scale(prefix + "up", up_rows, kMaxActivationShift);
  layer.down = weights(prefix + "down", c.d_model, c.d_ff);
  layer.down_scale = scale(prefix + "down", c.d_model, kMaxResidualShift);
}

Result<NetworkConfig> NetworkReader::read_config_only() && {
  read_config();
  CZIP_TRY(status());
  return model_.config;
}

Result<Weights> NetworkReader::read(std::uint32_t groups) && {
  read_config();
  read_exp2();
  const NetworkConfig& c = model_.config;
  model_.embedding = weights("embedding", c.vocabulary, c.d_model);
  if (c.bigram_buckets != 0) model_.bigram = weights("bigram", c.bigram_buckets, c.d_model);
  for (std::uint32_t i = 0; i < c.layers && !failed(); ++i) {
    const std::string prefix = "layers." + std::to_string(i) + ".";
    LayerWeights& layer = model_.layers.emplace_back();
    read_attention(prefix, layer);
    read_feed_forward(prefix, layer);
  }
  model_.final_norm = gains("final_norm", c.d_model);
  model_.group_head = weights("group_head", groups, c.d_model);
  if (c.tied == 0) model_.head = weights("head", c.vocabulary, c.d_model);
  const std::vector<std::int16_t> head_scale = vector("head_scale", 1, 1, kMaxMultiplier);
  if (!failed()) {
    model_.head_scale = head_scale[0];
    refuse_further_tensors("the network's configuration");
  }
  CZIP_TRY(status());
  return std::move(model_);
}

}  // namespace

Result<NetworkConfig> load_network_config(const safetensors::File& file) {
  return NetworkReader(file).read_config_only();
}

Result<Weights> load_weights(const safetensors::File& file, std::uint32_t groups) {
  return NetworkReader(file).read(groups);
}

}  // namespace czip::v2
