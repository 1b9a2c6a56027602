#include "czip/engine/v1/weights.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/in_quotes.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/tensor_reader.hpp"
#include "v1/metadata.hpp"

namespace czip::v1 {
namespace {

DenseWeights read_dense(safetensors::TensorReader& reader, const std::string& name,
                        std::uint32_t rows, std::uint32_t cols) {
  DenseWeights dense;
  dense.weight = reader.matrix(name + ".weight", rows, cols);
  dense.requantization.multiplier = reader.scalar<std::int32_t>(name + ".mult").value_or(1);
  dense.requantization.shift = reader.scalar<std::int8_t>(name + ".shift").value_or(0);
  if (dense.requantization.shift > kMaxRequantizationShift)
    reader.refuse(ErrorCode::unsupported, "tensor " + in_quotes(name + ".shift") + " is " +
                                              std::to_string(dense.requantization.shift) +
                                              ", more than " +
                                              std::to_string(kMaxRequantizationShift));
  return dense;
}

LayerWeights read_layer(safetensors::TensorReader& reader, std::uint32_t index,
                        const NetworkConfig& config) {
  const std::string prefix = "layers." + std::to_string(index) + ".";
  const std::uint32_t d = config.d_model;
  LayerWeights layer;
  layer.attention_input_norm = reader.values<std::int8_t>(prefix + "attn_norm.weight", {d});
  layer.qkv = read_dense(reader, prefix + "attn.qkv", d + 2 * kHeadDim, d);
  layer.score_multiplier = reader.values<std::int32_t>(prefix + "attn.score_mult", {config.heads});
  if (const std::string name = prefix + "attn.sink_key"; reader.has(name)) {
    const std::vector<std::int8_t> key = reader.values<std::int8_t>(name, {kHeadDim});
    std::ranges::copy(key, layer.sink_key.emplace().begin());
  }
  layer.attention_output = read_dense(reader, prefix + "attn.out", d, d);
  layer.attention_output_norm = reader.values<std::int8_t>(prefix + "ffn_norm.weight", {d});
  layer.feed_forward_input_norm = reader.values<std::int8_t>(prefix + "post_attn_norm.weight", {d});
  layer.up = read_dense(reader, prefix + "ffn.up", 2 * config.d_ff, d);
  layer.down = read_dense(reader, prefix + "ffn.down", d, config.d_ff);
  layer.feed_forward_output_norm = reader.values<std::int8_t>(prefix + "post_ffn_norm.weight", {d});
  return layer;
}

// The number behind "layers." in a tensor's name; nothing for other names.
std::optional<std::uint32_t> layer_of(std::string_view name) {
  constexpr std::string_view kPrefix = "layers.";
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  std::uint32_t layer = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), layer);
  if (error != std::errc{} || end == name.data() + name.size() || *end != '.') return std::nullopt;
  return layer;
}

// Layers that the metadata do not count would be left out in silence.
void refuse_further_layers(safetensors::TensorReader& reader, const safetensors::File& file,
                           const NetworkConfig& config) {
  for (const auto& [name, tensor] : file.tensors()) {
    const auto layer = layer_of(name);
    if (layer && *layer >= config.layers)
      reader.refuse(ErrorCode::corrupt, "metadata: n_layers is " + std::to_string(config.layers) +
                                            ", but the model has a tensor " + in_quotes(name));
  }
}

void read_layers(safetensors::TensorReader& reader, const NetworkConfig& config, Weights& model) {
  // Grown layer by layer: a file that claims many layers must also hold them.
  for (std::uint32_t i = 0; i < config.layers && !reader.failed(); ++i)
    model.layers.push_back(read_layer(reader, i, config));
}

// The tables give the number of positions; everything else in the file is sized by the metadata.
void read_rope_tables(safetensors::TensorReader& reader, const safetensors::File& file,
                      Weights& model) {
  const safetensors::TensorView* const cosines = file.find("lut.rope_cos");
  if (cosines != nullptr && !cosines->shape.empty()) {
    const std::uint64_t positions = cosines->shape.front();
    if (positions == 0 || positions > kMaxPositions)
      reader.refuse(ErrorCode::unsupported,
                    "tensor 'lut.rope_cos' has " + std::to_string(positions) +
                        " positions, expected 1 to " + std::to_string(kMaxPositions));
    else
      model.positions = static_cast<std::uint32_t>(positions);
  }
  model.rope_cos = reader.values<std::int16_t>("lut.rope_cos", {model.positions, kRopePairs});
  model.rope_sin = reader.values<std::int16_t>("lut.rope_sin", {model.positions, kRopePairs});
}

void read_softmax(safetensors::TensorReader& reader, Weights& model) {
  std::ranges::copy(reader.values<std::uint16_t>("lut.exp2", {kExp2Entries}),
                    model.exp2_table.begin());
  model.softmax_coefficient =
      reader.scalar<std::uint32_t>("softmax.coef_q24").value_or(kDefaultSoftmaxCoefficient);
  model.target_total = reader.scalar<std::uint32_t>("softmax.target_total")
                           .value_or(kMaxTargetTotal - model.vocabulary - kDefaultTotalReserve);
  if (model.target_total <= model.vocabulary || model.target_total > kMaxTargetTotal)
    reader.refuse(ErrorCode::unsupported,
                  "tensor 'softmax.target_total' is " + std::to_string(model.target_total) +
                      ": the 32-bit coder needs more than the vocabulary of " +
                      std::to_string(model.vocabulary) + " and at most 2^30");
}

void read_tokenizer(safetensors::TensorReader& reader, Weights& model) {
  if (reader.has("tokenizer.data"))
    model.tokenizer_data =
        reader.values<std::uint8_t>("tokenizer.data", {safetensors::TensorReader::kAnyLength});
}

}  // namespace

Result<Weights> load_weights(std::span<const std::uint8_t> file) try {
  CZIP_TRY_ASSIGN(const auto parsed, safetensors::File::parse(file));
  Weights model;
  model.metadata = without_json_quotes(parsed.metadata());
  CZIP_TRY_ASSIGN(const auto config, parse_network_config(model.metadata));

  model.vocabulary = config.vocabulary;
  model.d_model = config.d_model;
  model.heads = config.heads;
  model.d_ff = config.d_ff;
  model.rope_theta_q16 = config.rope_theta_q16;
  model.tokenizer_codec = config.tokenizer_codec;

  safetensors::TensorReader reader(parsed);
  read_rope_tables(reader, parsed, model);
  read_softmax(reader, model);
  model.embedding = reader.matrix("embed.weight", model.vocabulary, model.d_model);
  read_layers(reader, config, model);
  refuse_further_layers(reader, parsed, config);
  model.final_norm = reader.values<std::int8_t>("norm.weight", {model.d_model});
  model.head = reader.matrix("head.weight", model.vocabulary, model.d_model);
  read_tokenizer(reader, model);
  CZIP_TRY(reader.status());

  const std::uint32_t limit = std::min(config.wanted_context, model.positions);
  model.context_log2 = static_cast<std::uint32_t>(std::bit_width(limit)) - 1;
  model.context = std::uint32_t{1} << model.context_log2;
  return model;
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory for the model");
}

}  // namespace czip::v1
