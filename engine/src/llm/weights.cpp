#include "czip/engine/llm/weights.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "czip/base/in_quotes.hpp"
#include "safetensors/prefixed_reader.hpp"

namespace czip::llm {
namespace {

class WeightsReader : private safetensors::PrefixedReader {
 public:
  explicit WeightsReader(const safetensors::File& file) : PrefixedReader(file, kTensorPrefix) {}

  Result<Weights> read() &&;

 private:
  void read_config();
  void check_relations();
  void read_exp2();
  void read_gate();
  void read_places();
  void read_embedding();
  std::vector<std::uint32_t> scales(const std::string& rest, std::uint32_t count);
  template <class T>
  std::vector<T> limited(const std::string& rest, Shape shape, T bound) {
    return values_within<T>(rest, shape, -bound, bound);
  }
  Matrix matrix(const std::string& rest, std::uint32_t outputs, std::uint32_t inputs,
                std::uint32_t bias_flag);
  void read_layer(std::uint32_t number);

  Weights model_;
};

void WeightsReader::read_config() {
  const std::vector<std::uint32_t> f = config(kConfigFields, kFormatVersion, "the language model");
  if (failed()) return;
  Config& c = model_.config;
  c = {f[1], f[2], f[3],  f[4],  f[5],  f[6],  f[7],
       f[8], f[9], f[10], f[11], f[12], f[13], f[14] | std::uint64_t{f[15]} << 32};
  check_field("vocabulary", c.vocabulary, 2, Limits::kVocabulary);
  check_field("width", c.width, Limits::kMultiple, Limits::kWidth, Limits::kMultiple);
  check_field("layers", c.layers, 1, Limits::kLayers);
  check_field("heads", c.heads, 1, Limits::kHeads);
  check_field("kv_heads", c.kv_heads, 1, Limits::kHeads);
  check_field("head_size", c.head_size, Limits::kMultiple, Limits::kHeadSize, Limits::kMultiple);
  check_field("feed_forward", c.feed_forward, Limits::kFeedForwardMultiple, Limits::kFeedForward,
              Limits::kFeedForwardMultiple);
  check_field("context", c.context, Limits::kLeastWindow, Limits::kContext);
  check_field("kept", c.kept, 0, c.context / kKeptDivisor);
  check_field("rotary", c.rotary, 0, c.head_size, 2);
  check_field("gated", c.gated, 0, 1);
  check_field("block", c.block, 1, Limits::kBlock);
  check_field("biases", c.biases, 0, kAllBiases);
  check_field("epsilon", c.epsilon, 0, Limits::kEpsilon);
  if (!failed()) check_relations();
}

void WeightsReader::check_relations() {
  const Config& c = model_.config;
  if (c.heads % c.kv_heads != 0)
    refuse("tensor 'llm.config' says heads = " + std::to_string(c.heads) +
           ", no multiple of kv_heads = " + std::to_string(c.kv_heads));
  if (!std::has_single_bit(c.block) || c.feed_forward % c.block != 0)
    refuse(
        "tensor 'llm.config' says block = " + std::to_string(c.block) +
        ", expected a power of two that divides feed_forward = " + std::to_string(c.feed_forward));
}

void WeightsReader::read_exp2() {
  const auto table = values<std::uint16_t>(name("exp2"), {kExp2Entries});
  if (failed()) return;
  for (const auto half : {table.begin(), table.begin() + kExp2Half})
    if (*half != kFirstExp2 || *(half + kExp2Half - 1) < kLeastExp2 ||
        !std::is_sorted(half, half + kExp2Half, std::greater{}))
      refuse("tensor 'llm.exp2' does not fall from 65535 to 32768 or more in both of its halves");
  std::ranges::copy(table, model_.exp2.begin());
}

void WeightsReader::read_gate() {
  const auto table = values<std::uint32_t>(name("gate"), {kGateEntries});
  if (failed()) return;
  constexpr std::uint32_t kLeast = kGateOne / 2;
  if (table.front() != kLeast || table.back() > kGateOne)
    refuse("tensor 'llm.gate' goes from " + std::to_string(table.front()) + " to " +
           std::to_string(table.back()) + ", expected from 524288 to 1048576 or less");
  for (std::size_t i = 0; i + 1 < table.size() && !failed(); ++i) {
    const std::uint32_t rise = table[i + 1] - table[i];  // modulo 2^32: a fall is large
    if (rise > kMaxGateRise)
      refuse("tensor 'llm.gate' does not rise by 0 to 4095 behind entry " + std::to_string(i));
    model_.gate[i] = (table[i] - kLeast) << 12 | rise;
  }
}

void WeightsReader::read_places() {
  const Config& c = model_.config;
  if (c.rotary != 0)
    model_.rotary = limited<std::int16_t>("rotary", {c.context, c.rotary}, kRotaryOne);
  else
    model_.positions = limited<std::int32_t>("positions", {c.context, c.width}, kBound);
}

std::vector<std::uint32_t> WeightsReader::scales(const std::string& rest, std::uint32_t count) {
  std::vector<std::uint32_t> read = values<std::uint32_t>(name(rest), {count});
  for (const std::uint32_t value : read) {
    if (value <= kMaxScale) continue;
    refuse("tensor " + in_quotes(name(rest)) + " has an element " + std::to_string(value) +
           ", expected at most " + std::to_string(kMaxScale));
    break;
  }
  return read;
}

void WeightsReader::read_embedding() {
  const Config& c = model_.config;
  if (const auto* tensor =
          require(name("embedding"), safetensors::DType::i8, {c.vocabulary, c.width}))
    model_.embedding = tensor->bytes;
  model_.embedding_scale = scales("embedding.scale", c.vocabulary);
  model_.embedding_shift = shift("embedding.shift", 1, kMostEmbeddingShift);
}

Matrix WeightsReader::matrix(const std::string& rest, std::uint32_t outputs, std::uint32_t inputs,
                             std::uint32_t bias_flag) {
  Matrix result{.outputs = outputs, .inputs = inputs, .tiles = {}, .scale = {}, .bias = {}};
  const std::size_t padded = tiled_outputs(outputs);
  if (const auto* tensor =
          require(name(rest + ".weight"), safetensors::DType::u8,
                  {padded / kTileOutputs, inputs / kTileInputs, kTileOutputs, kTileInputs}))
    result.tiles = tensor->bytes;
  result.scale = scales(rest + ".scale", outputs);
  result.shift = shift(rest + ".shift", kLeastShift, kMostShift);
  if ((model_.config.biases & bias_flag) != 0)
    result.bias = limited<std::int32_t>(rest + ".bias", {outputs}, kBound);
  if (failed()) return {};
  result.scale.resize(padded);
  if (!result.bias.empty()) result.bias.resize(padded);
  return result;
}

void WeightsReader::read_layer(std::uint32_t number) {
  const Config& c = model_.config;
  const std::string prefix = "layers." + std::to_string(number) + ".";
  Layer& layer = model_.layers.emplace_back();
  layer.qkv = matrix(prefix + "qkv", c.qkv_width(), c.width, kQkvBias);
  layer.score_shift = shift(prefix + "score_shift", kLeastScoreShift, kMostScoreShift);
  layer.output = matrix(prefix + "output", c.width, c.query_width(), kOutputBias);
  layer.up = matrix(prefix + "up", c.up_width(), c.width, kUpBias);
  layer.down = matrix(prefix + "down", c.width, c.feed_forward, kDownBias);
}

Result<Weights> WeightsReader::read() && {
  read_config();
  read_exp2();
  read_gate();
  read_places();
  read_embedding();
  for (std::uint32_t i = 0; i < model_.config.layers && !failed(); ++i) read_layer(i);
  model_.head = matrix("head", model_.config.vocabulary, model_.config.width, kHeadBias);
  if (!failed()) refuse_further_tensors("the model's configuration");
  CZIP_TRY(status());
  return std::move(model_);
}

}  // namespace

Result<Weights> Weights::parse(const safetensors::File& file) { return WeightsReader(file).read(); }

}  // namespace czip::llm
