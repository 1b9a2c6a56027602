#include "v1/model_file.hpp"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <span>

#include "czip/engine/safetensors/writer.hpp"
#include "czip/engine/v1/constants.hpp"
#include "v1/exp2_table.hpp"
#include "v1/rotary.hpp"
#include "v1/shape.hpp"
#include "v1/value_bound.hpp"

namespace czip::v1::training {
namespace {

using nn::Parameter;
using nn::Role;

constexpr int kTokenizerLevel = 19;  // zstd's
constexpr std::uint32_t kTargetTotal = kMaxTargetTotal - kVocabulary - kDefaultTotalReserve;

template <class T>
safetensors::TensorContent scalar(std::string name, T value) {
  return safetensors::make_tensor<T>(std::move(name), {}, std::array{value});
}

template <class T>
safetensors::TensorContent tensor_of(const Parameter& parameter) {
  std::vector<T> values(parameter.size());
  std::transform(parameter.quantized.begin(), parameter.quantized.end(), values.begin(),
                 [](float value) { return static_cast<T>(value); });
  std::vector<std::uint64_t> shape{parameter.cols};
  if (parameter.role != Role::vector) shape.insert(shape.begin(), parameter.rows);
  return safetensors::make_tensor<T>(parameter.name, std::move(shape), values);
}

// The maps whose sums are requantized. The head's requantization is unused, but the public models
// have it.
std::vector<std::string> map_names(const NetworkShape& shape) {
  std::vector<std::string> names{"head"};
  for (std::uint32_t i = 0; i < shape.layers; ++i)
    for (const char* map : {"attn.qkv", "attn.out", "ffn.up", "ffn.down"})
      names.push_back("layers." + std::to_string(i) + "." + map);
  return names;
}

void add_tables(const NetworkShape& shape, std::vector<safetensors::TensorContent>& tensors) {
  const std::size_t positions = std::size_t{1} << shape.context_log2;
  tensors.push_back(
      safetensors::make_tensor<std::uint16_t>("lut.exp2", {kExp2Entries}, make_exp2_table()));
  const RotaryTables rotary(positions);
  tensors.push_back(safetensors::make_tensor<std::int16_t>("lut.rope_cos", {positions, kRopePairs},
                                                           rotary.cosines));
  tensors.push_back(safetensors::make_tensor<std::int16_t>("lut.rope_sin", {positions, kRopePairs},
                                                           rotary.sines));
}

// Tensors of wider elements come first, so that all are aligned in the file.
std::vector<safetensors::TensorContent> network_tensors(const NetworkShape& shape,
                                                        const Parameters& parameters) {
  std::vector<safetensors::TensorContent> tensors{
      scalar("softmax.coef_q24", kDefaultSoftmaxCoefficient),
      scalar("softmax.target_total", kTargetTotal)};
  const auto maps = map_names(shape);
  for (const std::string& map : maps)
    tensors.push_back(scalar(map + ".mult", map.ends_with(".attn.out")
                                                ? attention_output_multiplier(shape)
                                                : kRequantizeMultiplier));
  for (const LayerIndex& layer : parameters.layers)
    tensors.push_back(tensor_of<std::int32_t>(parameters.list[layer.score_multiplier]));
  add_tables(shape, tensors);
  for (const std::string& map : maps)
    tensors.push_back(scalar(map + ".shift", std::int8_t{kRequantizeShift}));
  for (std::uint32_t i = 0; i < shape.layers; ++i)
    tensors.push_back(
        scalar("layers." + std::to_string(i) + ".attn.score_shift", std::int8_t{kScoreShift}));
  for (const Parameter& parameter : parameters.list)
    if (!parameter.name.ends_with(".score_mult"))
      tensors.push_back(tensor_of<std::int8_t>(parameter));
  return tensors;
}

// Decoders ignore these.
void describe(const ModelDescription& description, safetensors::Metadata& metadata) {
  const auto add = [&metadata](const char* key, const std::string& value) {
    if (!value.empty()) metadata.emplace_back(key, value);
  };
  add("name", description.name);
  add("description", description.description);
  add("license", description.license);
  add("training_data", description.training_data);
}

safetensors::Metadata metadata_of(const NetworkShape& shape) {
  const std::string context = std::to_string(1U << shape.context_log2);
  constexpr auto kThetaQ16 = static_cast<std::uint32_t>(kRotaryTheta * 65536);
  return {{"format", std::string(kModelFormat)},
          {"vocab_size", std::to_string(kVocabulary)},
          {"n_layers", std::to_string(shape.layers)},
          {"n_heads", std::to_string(shape.heads)},
          {"n_kv_heads", "1"},
          {"head_dim", std::to_string(kHeadDim)},
          {"d_model", std::to_string(width_of(shape))},
          {"d_ff", std::to_string(shape.d_ff)},
          {"context_length", context},
          {"context_length_log2", std::to_string(shape.context_log2)},
          {"max_seq_len", context},
          {"rope_theta_q16", std::to_string(kThetaQ16)},
          {"tokenizer_codec", "zstd"}};
}

Result<std::vector<std::uint8_t>> zstd_frame(const std::string& text) {
  std::vector<std::uint8_t> frame(ZSTD_compressBound(text.size()));
  const std::size_t size =
      ZSTD_compress(frame.data(), frame.size(), text.data(), text.size(), kTokenizerLevel);
  if (ZSTD_isError(size) != 0)
    return fail(ErrorCode::internal, std::string("zstd: ") + ZSTD_getErrorName(size));
  frame.resize(size);
  return frame;
}

}  // namespace

Result<std::vector<std::uint8_t>> write_model(const NetworkShape& shape,
                                              const Parameters& parameters,
                                              const std::string& tokenizer_json,
                                              const ModelDescription& description) {
  CZIP_TRY_ASSIGN(const auto tokenizer, zstd_frame(tokenizer_json));
  auto tensors = network_tensors(shape, parameters);
  tensors.push_back(
      safetensors::make_tensor<std::uint8_t>("tokenizer.data", {tokenizer.size()}, tokenizer));
  safetensors::Metadata metadata = metadata_of(shape);
  describe(description, metadata);
  return safetensors::with_content_hash(safetensors::write(metadata, tensors));
}

}  // namespace czip::v1::training
