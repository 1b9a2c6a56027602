#include "v2/weights.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "czip/base/in_quotes.hpp"
#include "czip/engine/safetensors/tensor_reader.hpp"

namespace czip::v2 {
namespace {

using Limits = NetworkLimits;

// Reads the tensors one after another and remembers their names; the first error stays in
// `tensors_`.
class NetworkReader {
 public:
  explicit NetworkReader(const safetensors::File& file) : file_(file), tensors_(file) {}

  Result<NetworkConfig> read_config_only() &&;
  Result<Weights> read(std::uint32_t groups) &&;

 private:
  std::string name(std::string_view rest) {
    return *names_.insert(std::string(kTensorPrefix) + std::string(rest)).first;
  }
  void refuse(std::string message) { tensors_.refuse(ErrorCode::corrupt, std::move(message)); }

  void read_config();
  void check_field(const char* field, std::uint32_t value, std::uint32_t least, std::uint32_t most,
                   std::uint32_t multiple);
  void read_exp2();
  MatrixI8 weights(const std::string& rest, std::uint32_t rows, std::uint32_t cols);
  std::vector<std::int16_t> vector(const std::string& rest, std::uint32_t size, std::int32_t least,
                                   std::int32_t most);
  std::vector<std::int16_t> gains(const std::string& rest, std::uint32_t size) {
    return vector(rest, size, -kMaxMultiplier, kMaxMultiplier);
  }
  ChannelScale scale(const std::string& rest, std::uint32_t size, int max_shift);
  void read_attention(const std::string& prefix, LayerWeights& layer);
  void read_feed_forward(const std::string& prefix, LayerWeights& layer);
  void refuse_further_tensors();

  const safetensors::File& file_;
  safetensors::TensorReader tensors_;
  std::set<std::string, std::less<>> names_;
  Weights model_;
};

void NetworkReader::check_field(const char* field, std::uint32_t value, std::uint32_t least,
                                std::uint32_t most, std::uint32_t multiple) {
  if (value >= least && value <= most && value % multiple == 0) return;
  refuse(std::string("tensor 'network.config' says ") + field + " = " + std::to_string(value) +
         ", expected " + std::to_string(least) + " to " + std::to_string(most) +
         (multiple > 1 ? " in steps of " + std::to_string(multiple) : ""));
}

void NetworkReader::read_config() {
  const std::vector<std::uint32_t> f =
      tensors_.values<std::uint32_t>(name("config"), {kConfigFields});
  if (tensors_.failed()) return;
  if (f[0] != kNetworkFormatVersion) {
    tensors_.refuse(ErrorCode::unsupported, "the network has format version " +
                                                std::to_string(f[0]) + ", this czip knows " +
                                                std::to_string(kNetworkFormatVersion));
    return;
  }
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
  if (tensors_.failed()) return;
  if (c.heads % c.kv_heads != 0)
    refuse("tensor 'network.config' says heads = " + std::to_string(c.heads) +
           ", no multiple of kv_heads = " + std::to_string(c.kv_heads));
  if (c.bigram_buckets != 0 && !std::has_single_bit(c.bigram_buckets))
    refuse("tensor 'network.config' says bigram_buckets = " + std::to_string(c.bigram_buckets) +
           ", expected 0 or a power of two");
}

void NetworkReader::read_exp2() {
  const auto values = tensors_.values<std::uint16_t>(name("exp2"), {kExp2Entries});
  if (tensors_.failed()) return;
  if (values.front() != kFirstExp2 || values.back() < kLeastExp2 ||
      !std::ranges::is_sorted(values, std::ranges::greater{}))
    refuse("tensor 'network.exp2' does not fall from 65535 to 32768 or more");
  std::ranges::copy(values, model_.exp2.begin());
}

// Bounded rows keep every accumulator below 2^24.
MatrixI8 NetworkReader::weights(const std::string& rest, std::uint32_t rows, std::uint32_t cols) {
  MatrixI8 matrix = tensors_.matrix(name(rest), rows, cols);
  if (tensors_.failed()) return matrix;
  for (std::size_t row = 0; row < rows; ++row) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < cols; ++i)
      sum += static_cast<std::uint32_t>(std::abs(matrix.data[row * cols + i]));
    if (sum <= kMaxRowSum) continue;
    refuse("tensor " + in_quotes(name(rest)) + " has magnitudes that add up to " +
           std::to_string(sum) + " in row " + std::to_string(row) + ", expected at most " +
           std::to_string(kMaxRowSum));
    break;
  }
  if (std::ranges::find(matrix.data, INT8_MIN) != matrix.data.end())
    refuse("tensor " + in_quotes(name(rest)) + " has a weight of -128, expected -127 to 127");
  return matrix;
}

std::vector<std::int16_t> NetworkReader::vector(const std::string& rest, std::uint32_t size,
                                                std::int32_t least, std::int32_t most) {
  std::vector<std::int16_t> values = tensors_.values<std::int16_t>(name(rest), {size});
  for (const std::int16_t value : values) {
    if (value >= least && value <= most) continue;
    refuse("tensor " + in_quotes(name(rest)) + " has an element " + std::to_string(value) +
           ", expected " + std::to_string(least) + " to " + std::to_string(most));
    break;
  }
  return values;
}

ChannelScale NetworkReader::scale(const std::string& rest, std::uint32_t size, int max_shift) {
  ChannelScale scale{.multiplier = vector(rest + "_scale", size, 0, kMaxMultiplier)};
  const std::vector<std::uint8_t> shift = tensors_.values<std::uint8_t>(name(rest + "_shift"), {1});
  if (tensors_.failed()) return scale;
  scale.shift = shift[0];
  if (scale.shift < 1 || scale.shift > max_shift)
    refuse("tensor " + in_quotes(name(rest + "_shift")) + " is " + std::to_string(scale.shift) +
           ", expected 1 to " + std::to_string(max_shift));
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
  layer.position_bias =
      tensors_.values<std::int16_t>(name(prefix + "position_bias"), {c.heads, c.window});
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

void NetworkReader::refuse_further_tensors() {
  for (const auto& [tensor_name, view] : file_.tensors())
    if (tensor_name.starts_with(kTensorPrefix) && !names_.contains(tensor_name))
      refuse("tensor " + in_quotes(tensor_name) + " is none that the network's configuration has");
}

Result<NetworkConfig> NetworkReader::read_config_only() && {
  read_config();
  CZIP_TRY(tensors_.status());
  return model_.config;
}

Result<Weights> NetworkReader::read(std::uint32_t groups) && {
  read_config();
  read_exp2();
  const NetworkConfig& c = model_.config;
  model_.embedding = weights("embedding", c.vocabulary, c.d_model);
  if (c.bigram_buckets != 0) model_.bigram = weights("bigram", c.bigram_buckets, c.d_model);
  for (std::uint32_t i = 0; i < c.layers && !tensors_.failed(); ++i) {
    const std::string prefix = "layers." + std::to_string(i) + ".";
    LayerWeights& layer = model_.layers.emplace_back();
    read_attention(prefix, layer);
    read_feed_forward(prefix, layer);
  }
  model_.final_norm = gains("final_norm", c.d_model);
  model_.group_head = weights("group_head", groups, c.d_model);
  if (c.tied == 0) model_.head = weights("head", c.vocabulary, c.d_model);
  const std::vector<std::int16_t> head_scale = vector("head_scale", 1, 1, kMaxMultiplier);
  if (!tensors_.failed()) {
    model_.head_scale = head_scale[0];
    refuse_further_tensors();
  }
  CZIP_TRY(tensors_.status());
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
