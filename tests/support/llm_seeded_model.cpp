#include "support/llm_seeded_model.hpp"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>
#include <vector>

#include "czip/engine/llm/functions.hpp"
#include "czip/import/network/tables.hpp"
#include "support/results.hpp"
#include "support/splitmix64.hpp"

namespace czip::test {
namespace {

using namespace llm;

class Maker {
 public:
  explicit Maker(const SeededLlmOptions& options)
      : options_(options), c_(options.config), random_(options.seed) {}

  SafetensorsContent make() {
    const auto fields = config_fields(c_);
    add<std::uint32_t>("config", {kConfigFields}, {fields.begin(), fields.end()});
    tables();
    if (c_.rotary != 0)
      rotary();
    else
      add("positions", {c_.context, c_.width}, spread<std::int32_t>(c_.context * c_.width, 8000));
    add("embedding", {c_.vocabulary, c_.width}, embedding());
    add("embedding.scale", {c_.vocabulary}, scales(c_.vocabulary));
    add<std::uint8_t>("embedding.shift", {1},
                      {options_.extreme ? std::uint8_t{1} : std::uint8_t{17}});
    for (std::uint32_t i = 0; i < c_.layers; ++i) layer("layers." + std::to_string(i) + ".");
    matrix("head", c_.vocabulary, c_.width, of_norm(c_.width, 17), kHeadBias, 20000);
    return std::move(content_);
  }

 private:
  template <class T>
  void add(const std::string& name, std::vector<std::uint64_t> shape,
           const std::vector<T>& values) {
    content_.tensors.push_back(make_tensor<T>(std::string(kTensorPrefix) + name, std::move(shape),
                                              std::span<const T>(values)));
  }

  std::int32_t between(std::int32_t low, std::int32_t high) {
    if (options_.extreme) return random_.next() % 2 == 0 ? low : high;
    return random_.between(low, high);
  }
  template <class T>
  std::vector<T> spread(std::size_t n, std::int32_t bound) {
    std::vector<T> values(n);
    for (T& value : values) value = static_cast<T>(between(-bound, bound));
    return values;
  }

  void tables() {
    const Exp2Table exp2 = importer::exp2_table();
    add<std::uint16_t>("exp2", {kExp2Entries}, {exp2.begin(), exp2.end()});
    add("gate", {kGateEntries}, importer::gate_table(importer::Activation::silu));
  }

  void rotary() {
    const importer::RotaryFrequencies frequencies{
        .base = {.mantissa = 10'000, .exponent = 0}, .elements = c_.rotary, .divisors = {}};
    add("rotary", {c_.context, c_.rotary},
        value_of(importer::rotary_table(frequencies, c_.context)));
  }

  std::vector<std::int8_t> embedding() {
    return spread<std::int8_t>(std::size_t{c_.vocabulary} * c_.width, 127);
  }
  std::vector<std::uint32_t> scales(std::size_t n) {
    std::vector<std::uint32_t> values(n);
    for (std::uint32_t& value : values)
      value = options_.extreme ? kMaxScale
                               : static_cast<std::uint32_t>(random_.between(1 << 22, 1 << 24) - 1);
    return values;
  }

  // Shifts for outputs of some 2^bits, of a product of a normalized vector, and of a vector with
  // numbers of some 2^input_bits.
  static int of_norm(std::uint32_t inputs, int bits) {
    return 67 - accumulator_shift(inputs) - bits;
  }
  static int of_quantized(std::uint32_t inputs, int input_bits, int bits) {
    return 36 + llm::bits(inputs) / 2 + input_bits - accumulator_shift(inputs) - bits;
  }

  void matrix(const std::string& name, std::uint32_t outputs, std::uint32_t inputs, int shift,
              std::uint32_t bias_flag, std::int32_t bias_bound) {
    const std::size_t padded = tiled_outputs(outputs);
    std::vector<std::uint8_t> tiles(padded * inputs, std::uint8_t{128});
    for (std::size_t o = 0; o < outputs; ++o)
      for (std::size_t i = 0; i < inputs; ++i)
        tiles[tile_place(o, i, inputs)] =
            static_cast<std::uint8_t>(between(options_.extreme ? 0 : 1, 255));
    add(name + ".weight", {padded / kTileOutputs, inputs / kTileInputs, kTileOutputs, kTileInputs},
        tiles);
    add(name + ".scale", {outputs}, scales(outputs));
    add<std::uint8_t>(name + ".shift", {1},
                      {static_cast<std::uint8_t>(options_.extreme ? kLeastShift : shift)});
    if ((c_.biases & bias_flag) != 0)
      add(name + ".bias", {outputs},
          spread<std::int32_t>(outputs, options_.extreme ? kBound : bias_bound));
  }

  void layer(const std::string& prefix) {
    matrix(prefix + "qkv", c_.qkv_width(), c_.width, of_norm(c_.width, 9), kQkvBias, 300);
    add<std::uint8_t>(prefix + "score_shift", {1},
                      {options_.extreme ? std::uint8_t{7} : std::uint8_t{12}});
    matrix(prefix + "output", c_.width, c_.query_width(), of_quantized(c_.query_width(), 23, 13),
           kOutputBias, 2000);
    matrix(prefix + "up", c_.up_width(), c_.width, of_norm(c_.width, 12), kUpBias, 2000);
    const int transformed = 14 + std::countr_zero(c_.block) / 2;
    matrix(prefix + "down", c_.width, c_.feed_forward,
           of_quantized(c_.feed_forward, transformed, 13), kDownBias, 2000);
  }

  const SeededLlmOptions& options_;
  const Config& c_;
  SplitMix64 random_;
  SafetensorsContent content_;
};

}  // namespace

SafetensorsContent make_seeded_llm(const SeededLlmOptions& options) {
  return Maker(options).make();
}

}  // namespace czip::test
