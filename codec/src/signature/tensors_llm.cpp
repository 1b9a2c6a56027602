// The tensors of a czip-llm-v1 network of random weights, scaled so that every number is spread
// over its range.
#include <bit>
#include <span>
#include <string>
#include <utility>

#include "czip/engine/llm/functions.hpp"
#include "signature/models.hpp"

namespace czip::signature {
namespace {

using namespace llm;

class LlmWriter {
 public:
  LlmWriter(const LlmOptions& options, const LlmTables& tables, Tensors& tensors)
      : options_(options),
        c_(options.config),
        tables_(tables),
        random_(options.seed),
        tensors_(&tensors) {}

  void write() {
    const auto fields = config_fields(c_);
    add<std::uint32_t>("config", {kConfigFields}, fields);
    add<std::uint16_t>("exp2", {kExp2Entries}, tables_.exp2);
    add<std::uint32_t>("gate", {kGateEntries}, tables_.gate);
    if (c_.rotary != 0)
      add<std::int16_t>("rotary", {c_.context, c_.rotary}, tables_.rotary);
    else
      add_spread<std::int32_t>("positions", {c_.context, c_.width}, 8000);
    add_spread<std::int8_t>("embedding", {c_.vocabulary, c_.width}, 127);
    add_scales("embedding.scale", c_.vocabulary);
    add_byte("embedding.shift", 17, 1);
    for (std::uint32_t i = 0; i < c_.layers; ++i) add_layer("layers." + std::to_string(i) + ".");
    add_matrix("head", c_.vocabulary, c_.width, of_norm(c_.width, 17), kHeadBias, 20000);
  }

 private:
  template <class T>
  void add(const std::string& name, std::vector<std::uint64_t> shape, std::span<const T> values) {
    tensors_->push_back(
        safetensors::make_tensor<T>(std::string(kTensorPrefix) + name, std::move(shape), values));
  }
  void add_byte(const std::string& name, int value, int extreme_value) {
    const auto byte = static_cast<std::uint8_t>(options_.extreme ? extreme_value : value);
    add<std::uint8_t>(name, {1}, std::span(&byte, 1));
  }

  std::int32_t between(std::int32_t low, std::int32_t high) {
    if (options_.extreme) return random_.below(2) == 0 ? low : high;
    return static_cast<std::int32_t>(random_.between(low, high));
  }
  // Numbers from -bound to bound.
  template <class T>
  void add_spread(const std::string& name, std::vector<std::uint64_t> shape, std::int32_t bound) {
    std::size_t count = 1;
    for (const std::uint64_t size : shape) count *= static_cast<std::size_t>(size);
    std::vector<T> values(count);
    for (T& value : values) value = static_cast<T>(between(-bound, bound));
    add<T>(name, std::move(shape), values);
  }
  void add_scales(const std::string& name, std::size_t count) {
    const std::int64_t least = options_.extreme ? kMaxScale : 1 << 22;
    add<std::uint32_t>(name, {count}, random_.vector<std::uint32_t>(count, least, kMaxScale));
  }

  // Shifts for outputs of some 2^bits, of a product of a normalized vector, and of a vector with
  // numbers of some 2^input_bits.
  static int of_norm(std::uint32_t inputs, int bits) {
    return 67 - accumulator_shift(inputs) - bits;
  }
  static int of_quantized(std::uint32_t inputs, int input_bits, int bits) {
    return 36 + llm::bits(inputs) / 2 + input_bits - accumulator_shift(inputs) - bits;
  }

  void add_matrix(const std::string& name, std::uint32_t outputs, std::uint32_t inputs, int shift,
                  std::uint32_t bias_flag, std::int32_t bias_bound) {
    const std::size_t padded = tiled_outputs(outputs);
    std::vector<std::uint8_t> tiles(padded * inputs, std::uint8_t{kWeightOffset});
    for (std::size_t o = 0; o < outputs; ++o)
      for (std::size_t i = 0; i < inputs; ++i)
        tiles[tile_place(o, i, inputs)] =
            static_cast<std::uint8_t>(between(options_.extreme ? 0 : 1, 255));
    add<std::uint8_t>(name + ".weight",
                      {padded / kTileOutputs, inputs / kTileInputs, kTileOutputs, kTileInputs},
                      tiles);
    add_scales(name + ".scale", outputs);
    add_byte(name + ".shift", shift, kLeastShift);
    if ((c_.biases & bias_flag) != 0)
      add_spread<std::int32_t>(name + ".bias", {outputs}, options_.extreme ? kBound : bias_bound);
  }

  void add_layer(const std::string& prefix) {
    add_matrix(prefix + "qkv", c_.qkv_width(), c_.width, of_norm(c_.width, 9), kQkvBias, 300);
    add_byte(prefix + "score_shift", 12, kLeastScoreShift);
    add_matrix(prefix + "output", c_.width, c_.query_width(),
               of_quantized(c_.query_width(), 23, 13), kOutputBias, 2000);
    add_matrix(prefix + "up", c_.up_width(), c_.width, of_norm(c_.width, 12), kUpBias, 2000);
    const int transformed = 14 + std::countr_zero(c_.block) / 2;
    add_matrix(prefix + "down", c_.width, c_.feed_forward,
               of_quantized(c_.feed_forward, transformed, 13), kDownBias, 2000);
  }

  const LlmOptions& options_;
  const Config& c_;
  const LlmTables& tables_;
  Random random_;
  Tensors* tensors_;
};

}  // namespace

LlmTables make_llm_tables(const Config& config, Random& random) {
  LlmTables tables;
  for (std::uint32_t i = 0; i < kExp2Half; ++i)
    tables.exp2.push_back(static_cast<std::uint16_t>(kFirstExp2 - 2048 * i));
  for (std::uint32_t i = 0; i < kExp2Half; ++i)
    tables.exp2.push_back(static_cast<std::uint16_t>(kFirstExp2 - 176 * i));
  for (std::uint32_t i = 0; i < kGateEntries; ++i)
    tables.gate.push_back(static_cast<std::uint32_t>(kGateOne / 2) + 256 * i);
  tables.rotary = random.vector<std::int16_t>(std::size_t{config.context} * config.rotary,
                                              -kRotaryOne, kRotaryOne);
  return tables;
}

void add_llm_tensors(const LlmOptions& options, const LlmTables& tables, Tensors& tensors) {
  LlmWriter(options, tables, tensors).write();
}

}  // namespace czip::signature
