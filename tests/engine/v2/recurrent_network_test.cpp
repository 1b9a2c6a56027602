// The czip-recurrent-v2 network: its definition in cases computed by hand, the same integers at
// every SIMD level whatever the parameters, and refusal of hostile tensors.
#include "czip/engine/v2/recurrent_network.hpp"

#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/kernel_inputs.hpp"
#include "support/error_style.hpp"
#include "support/safetensors_writer.hpp"

namespace czip::v2 {
namespace {

using test::Draw;
using test::Random;

constexpr std::size_t kWidth = 64;  // the least of states and of hidden units

const RecurrentKernels& kernels_of(SimdLevel level) { return simd::find_kernels(level)->recurrent; }

std::vector<std::uint8_t> le_bytes(std::span<const std::int16_t> values) {
  std::vector<std::uint8_t> bytes(2 * values.size());
  for (std::size_t i = 0; i < values.size(); ++i) store_le(bytes.data() + 2 * i, values[i]);
  return bytes;
}

template <class T>
std::vector<T> draw_all(Random& random, Draw how, std::size_t n, std::int32_t low,
                        std::int32_t high) {
  std::vector<T> values(n);
  for (T& value : values) value = static_cast<T>(test::draw(random, how, low, high));
  return values;
}

template <class T>
void add(test::SafetensorsContent& content, const std::string& name,
         std::vector<std::uint64_t> shape, const std::vector<T>& values) {
  content.tensors.push_back(test::make_tensor<T>("recurrent." + name, std::move(shape), values));
}

test::SafetensorsContent drawn_network(Random& random, Draw how, const RecurrentConfig& config) {
  const auto [v, s, h] = config;
  const auto vectors = [&](std::size_t n, std::int32_t low, std::int32_t high) {
    return draw_all<std::int16_t>(random, how, n, low, high);
  };
  const auto bytes = [&](std::size_t n) {
    return draw_all<std::int8_t>(random, how, n, -128, 127);
  };
  test::SafetensorsContent content;
  add<std::uint32_t>(content, "config", {4}, {kRecurrentFormatVersion, v, s, h});
  add(content, "update", {v, s}, vectors(std::size_t{v} * s, -32768, 32767));
  add(content, "input", {v, s}, vectors(std::size_t{v} * s, -32768, 32767));
  add(content, "state_gain", {s}, vectors(s, 0, 32767));
  add(content, "weights", {h, s}, bytes(std::size_t{h} * s));
  add(content, "weight_scale", {h}, vectors(h, 0, how == Draw::uniform ? 800 : 32767));
  add(content, "embedding", {v, h}, bytes(std::size_t{v} * h));
  add(content, "nodes", {v, h}, bytes(std::size_t{v} * h));
  add(content, "node_scale", {v}, vectors(v, 0, how == Draw::uniform ? 800 : 32767));
  add(content, "node_bias", {v}, vectors(v, -kRecurrentLogitBound, kRecurrentLogitBound));
  return content;
}

// A network together with the file that it refers to, which begins `shift` bytes past a boundary.
class LoadedNetwork {
 public:
  LoadedNetwork(const test::SafetensorsContent& content, SimdLevel level, std::size_t shift = 0)
      : bytes_(shift) {
    const std::vector<std::uint8_t> file = test::write_safetensors(content);
    bytes_.insert(bytes_.end(), file.begin(), file.end());
    const auto parsed = safetensors::File::parse(std::span(bytes_).subspan(shift));
    REQUIRE(parsed.has_value());
    CHECK(RecurrentNetwork::is_in(*parsed));
    auto created = RecurrentNetwork::create(*parsed, level);
    if (!created) FAIL(created.error().message);
    network_.push_back(std::move(*created));
  }
  const RecurrentNetwork* operator->() const { return network_.data(); }
  [[nodiscard]] RecurrentState make_state() const {
    auto state = network_[0].make_state();
    REQUIRE(state.has_value());
    return std::move(*state);
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::vector<RecurrentNetwork> network_;  // one
};

std::vector<std::int32_t> all_logits(const LoadedNetwork& network, const RecurrentState& state) {
  std::vector<std::uint16_t> nodes(network->config().vocabulary);
  std::iota(nodes.begin(), nodes.end(), std::uint16_t{0});
  std::vector<std::int32_t> logits(nodes.size());
  network->logits(state, nodes.data(), nodes.size(), logits.data());
  for (const std::uint16_t node : nodes) {
    network->prefetch_node(node);
    REQUIRE(network->logit(state, node) == logits[node]);
  }
  return logits;
}

// The logits after each of `steps` tokens.
std::vector<std::vector<std::int32_t>> run(const LoadedNetwork& network, std::size_t steps) {
  Random random(7);
  RecurrentState state = network.make_state();
  std::vector<std::vector<std::int32_t>> logits;
  for (std::size_t i = 0; i < steps; ++i) {
    const std::uint32_t token = random.next() % network->config().vocabulary;
    network->prefetch_token(token);
    network->step(state, token);
    logits.push_back(all_logits(network, state));
  }
  return logits;
}

TEST_CASE("states move and round as defined") {
  struct Lane {
    std::int16_t gate, input, gain;
    std::int32_t before, after;
    std::int8_t activation;
  };
  constexpr std::int32_t kFull = 1 << 22;
  constexpr Lane kLanes[] = {
      {16384, 1000, 32767, 0, 64000, 62},                     // half way
      {32767, -32768, 32767, 1 - kFull, -kFull - 255, -127},  // floors lead past the input
      {-32768, 32767, 1310, 12800, 12800, 0},                 // only the gate's low 15 bits count
      {0, 0, 1311, 12800, 12800, 1},                          // the next gain up rounds up
      {-1, 32767, 32767, 0, 4193920, 127},
      {0, 0, 1311, -12800, -12800, -1},
      {0, 0, 1310, -12800, -12800, 0},
  };
  std::vector<std::int16_t> gate(kWidth), input(kWidth), gain(kWidth);
  std::vector<std::int32_t> before(kWidth), after(kWidth);
  std::vector<std::int8_t> expected(kWidth);
  for (std::size_t i = 0; i < kWidth; ++i) {
    const Lane& lane = kLanes[i % std::size(kLanes)];
    std::tie(gate[i], input[i], gain[i]) = std::tie(lane.gate, lane.input, lane.gain);
    std::tie(before[i], after[i], expected[i]) = std::tie(lane.before, lane.after, lane.activation);
  }
  const std::vector<std::uint8_t> update_row = le_bytes(gate);
  const std::vector<std::uint8_t> input_row = le_bytes(input);
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    std::vector<std::int32_t> states = before;
    std::vector<std::int8_t> activations(kWidth);
    kernels_of(level).update_states({update_row.data(), input_row.data(), gain.data(), kWidth},
                                    states.data(), activations.data());
    CHECK(states == after);
    CHECK(activations == expected);
  }
}

TEST_CASE("hidden units scale, round and clip as defined") {
  struct Unit {
    std::int8_t first, second;  // weights of activations 100 and -50
    std::int16_t scale;
    std::int8_t embedding;
    std::uint8_t hidden;
  };
  constexpr Unit kUnits[] = {
      {3, 1, 32767, 0, 63},    // 250 quarters
      {127, -128, 0, 10, 10},  // the embedding alone
      {-128, 0, 32767, 127, 0}, {127, -128, 32767, -128, 127}, {1, 0, 164, 1, 1},  // 1 + 4 quarters
      {2, 0, 328, 0, 1},  // 2 quarters round up
      {2, 0, 245, 0, 0},  // 1 quarter does not
  };
  std::vector<std::int8_t> weights(kWidth * kWidth), embedding(kWidth), activations(kWidth);
  std::vector<std::int16_t> scale(kWidth);
  std::vector<std::uint8_t> expected(kWidth);
  activations[0] = 100;
  activations[kWidth - 1] = -50;
  for (std::size_t h = 0; h < kWidth; ++h) {
    const Unit& unit = kUnits[h % std::size(kUnits)];
    weights[h * kWidth] = unit.first;
    weights[h * kWidth + kWidth - 1] = unit.second;
    std::tie(scale[h], embedding[h], expected[h]) =
        std::tie(unit.scale, unit.embedding, unit.hidden);
  }
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    AlignedBuffer<std::int8_t> packed = test::buffer<std::int8_t>(weights.size());
    kernels_of(level).pack(weights.data(), kWidth, kWidth, packed.data());
    std::vector<std::uint8_t> hidden(kWidth);
    kernels_of(level).activate_hidden(
        {packed.data(), scale.data(), embedding.data(), kWidth, kWidth}, activations.data(),
        hidden.data());
    CHECK(hidden == expected);
  }
}

TEST_CASE("logits scale, round and clip as defined, and are the biases before the first token") {
  constexpr std::uint32_t kVocabulary = 5;
  std::vector<std::int8_t> embedding(kVocabulary * kWidth), nodes(kVocabulary * kWidth);
  embedding[1 * kWidth] = 100;  // hidden units of token 1: 100, 0, ..., 0, 10
  embedding[1 * kWidth + kWidth - 1] = 10;
  nodes[1 * kWidth] = 127;
  nodes[2 * kWidth] = 50;
  nodes[2 * kWidth + kWidth - 1] = -20;
  nodes[3 * kWidth] = -128;
  nodes[4 * kWidth] = -1;
  test::SafetensorsContent content;
  add<std::uint32_t>(content, "config", {4}, {1, kVocabulary, kWidth, kWidth});
  add<std::int16_t>(content, "update", {kVocabulary, kWidth},
                    std::vector<std::int16_t>(kVocabulary * kWidth));
  content.tensors.push_back(content.tensors.back());
  content.tensors.back().name = "recurrent.input";
  add(content, "state_gain", {kWidth}, std::vector<std::int16_t>(kWidth));
  add(content, "weights", {kWidth, kWidth}, std::vector<std::int8_t>(kWidth * kWidth));
  add(content, "weight_scale", {kWidth}, std::vector<std::int16_t>(kWidth));
  add(content, "embedding", {kVocabulary, kWidth}, embedding);
  add(content, "nodes", {kVocabulary, kWidth}, nodes);
  add<std::int16_t>(content, "node_scale", {kVocabulary}, {32767, 32767, 3000, 32767, 656});
  add<std::int16_t>(content, "node_bias", {kVocabulary}, {-3, 2000, 7, -4095, 0});
  const std::vector<std::int32_t> biases = {-3, 2000, 7, -4095, 0};
  // -100 * 656 + 2^16 = -64, a little less than half: rounded down to -1.
  const std::vector<std::int32_t> expected = {-3, 4095, 117, -4095, -1};
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    const LoadedNetwork network(content, level);
    CHECK(network->level() == level);
    CHECK(network->config() == RecurrentConfig{kVocabulary, kWidth, kWidth});
    RecurrentState state = network.make_state();
    CHECK(all_logits(network, state) == biases);
    network->step(state, 1);
    CHECK(all_logits(network, state) == expected);
    network->reset(state);
    CHECK(all_logits(network, state) == biases);
  }
}

struct KernelRun {
  std::vector<std::int32_t> states;
  std::vector<std::int8_t> activations;
  std::vector<std::uint8_t> hidden;
  bool operator==(const KernelRun&) const = default;
};

// Steps with rows of parameters drawn anew each time, at the given level.
std::vector<KernelRun> run_kernels(const RecurrentKernels& kernels, Draw how, std::size_t inputs,
                                   std::size_t outputs) {
  Random random(inputs + outputs);
  const auto weights = draw_all<std::int8_t>(random, how, inputs * outputs, -128, 127);
  const auto gain = draw_all<std::int16_t>(random, how, inputs, 0, 32767);
  const std::int32_t max_scale = how == Draw::uniform ? 2000 : 32767;
  const auto scale = draw_all<std::int16_t>(random, how, outputs, 0, max_scale);
  AlignedBuffer<std::int8_t> packed = test::buffer<std::int8_t>(weights.size());
  kernels.pack(weights.data(), outputs, inputs, packed.data());
  std::vector<KernelRun> runs(1);
  runs[0] = {std::vector<std::int32_t>(inputs), std::vector<std::int8_t>(inputs),
             std::vector<std::uint8_t>(outputs)};
  for (std::size_t step = 0; step < 60; ++step) {
    const auto update = le_bytes(draw_all<std::int16_t>(random, how, inputs, -32768, 32767));
    const auto input = le_bytes(draw_all<std::int16_t>(random, how, inputs, -32768, 32767));
    const auto embedding = draw_all<std::int8_t>(random, how, outputs, -128, 127);
    KernelRun& run = runs.emplace_back(KernelRun(runs.back()));
    kernels.update_states({update.data(), input.data(), gain.data(), inputs}, run.states.data(),
                          run.activations.data());
    kernels.activate_hidden({packed.data(), scale.data(), embedding.data(), inputs, outputs},
                            run.activations.data(), run.hidden.data());
  }
  return runs;
}

TEST_CASE("states and hidden units are the same at every level") {
  constexpr std::pair<std::size_t, std::size_t> kSizes[] = {{64, 64},    {128, 256}, {192, 320},
                                                            {1024, 128}, {64, 2048}, {1024, 2048}};
  for (const auto& size : kSizes) {
    for (const Draw how : {Draw::uniform, Draw::extremes, Draw::mostly_small}) {
      const std::size_t inputs = size.first;
      const std::size_t outputs = size.second;
      CAPTURE(inputs);
      CAPTURE(outputs);
      const auto expected = run_kernels(kernels_of(SimdLevel::scalar), how, inputs, outputs);
      for (const KernelRun& run : expected)
        for (const std::int32_t state : run.states)
          REQUIRE((state >= -(1 << 22) - 256 && state < 1 << 22));
      for (const simd::KernelSet* kernels : test::vector_kernels()) {
        CAPTURE(simd_level_name(kernels->level));
        CHECK(run_kernels(kernels->recurrent, how, inputs, outputs) == expected);
      }
    }
  }
}

TEST_CASE("logits are the same at every level and wherever the file lies") {
  constexpr RecurrentConfig kConfigs[] = {
      {2, 64, 64}, {300, 128, 256}, {50, 192, 320}, {5, 1024, 2048}};
  for (const RecurrentConfig& config : kConfigs) {
    for (const Draw how : {Draw::uniform, Draw::extremes, Draw::mostly_small}) {
      CAPTURE(config.vocabulary);
      Random random(config.vocabulary);
      const test::SafetensorsContent content = drawn_network(random, how, config);
      const auto expected = run(LoadedNetwork(content, SimdLevel::scalar), 40);
      for (const SimdLevel level : supported_simd_levels()) {
        CAPTURE(simd_level_name(level));
        CHECK(run(LoadedNetwork(content, level), 40) == expected);
        CHECK(run(LoadedNetwork(content, level, 1), 40) == expected);
      }
    }
  }
}

TEST_CASE("the largest sums") {
  const RecurrentConfig config{2, 1024, 2048};
  Random random(1);
  test::SafetensorsContent content = drawn_network(random, Draw::extremes, config);
  const auto fill = [&](const char* name, auto value) {
    test::TensorContent& tensor = content.tensor(std::string("recurrent.") + name);
    for (std::size_t i = 0; i < tensor.bytes.size(); i += sizeof(value))
      store_le(tensor.bytes.data() + i, value);
  };
  fill("update", std::int16_t{32767});
  fill("state_gain", std::int16_t{32767});
  fill("weight_scale", std::int16_t{32767});
  fill("node_scale", std::int16_t{32767});
  fill("node_bias", std::int16_t{0});
  for (const std::int16_t input : {std::int16_t{-32768}, std::int16_t{32767}})
    for (const std::int8_t weight : {std::int8_t{-128}, std::int8_t{127}})
      for (const std::int8_t node : {std::int8_t{-128}, std::int8_t{127}}) {
        fill("input", input);
        fill("weights", weight);
        fill("embedding", weight);
        fill("nodes", node);
        const std::int32_t logit = (input < 0) != (weight < 0) ? 0
                                   : node < 0                  ? -kRecurrentLogitBound
                                                               : kRecurrentLogitBound;
        for (const SimdLevel level : supported_simd_levels()) {
          CAPTURE(simd_level_name(level));
          const auto logits = run(LoadedNetwork(content, level), 3);
          for (const auto& row : logits) CHECK(row == std::vector<std::int32_t>(2, logit));
        }
      }
}

Result<RecurrentNetwork> create(const test::SafetensorsContent& content) {
  const std::vector<std::uint8_t> bytes = test::write_safetensors(content);
  const auto file = safetensors::File::parse(bytes);
  REQUIRE(file.has_value());
  return RecurrentNetwork::create(*file, SimdLevel::scalar);
}

void check_refused(const std::function<void(test::SafetensorsContent&)>& change, ErrorCode code,
                   const std::string& message) {
  Random random(3);
  test::SafetensorsContent content = drawn_network(random, Draw::uniform, {8, 64, 128});
  change(content);
  const auto network = create(content);
  REQUIRE_FALSE(network.has_value());
  CHECK(network.error().code == code);
  CHECK(network.error().message == message);
  CHECK(test::is_well_styled(network.error().message));
}

TEST_CASE("what is no configuration is refused") {
  const auto with_field = [](std::size_t index, std::uint32_t value) {
    return [=](test::SafetensorsContent& content) {
      store_le(content.tensor("recurrent.config").bytes.data() + 4 * index, value);
    };
  };
  check_refused(with_field(0, 2), ErrorCode::unsupported,
                "the recurrent network has format version 2, this czip knows 1");
  const std::string says = "tensor 'recurrent.config' says ";
  for (const std::uint32_t value : {0U, 1U, 8193U, ~0U})
    check_refused(with_field(1, value), ErrorCode::corrupt,
                  says + "vocabulary = " + std::to_string(value) + ", expected 2 to 8192");
  for (const std::uint32_t value : {0U, 32U, 96U, 1088U, ~0U - 63})
    check_refused(
        with_field(2, value), ErrorCode::corrupt,
        says + "state_width = " + std::to_string(value) + ", expected 64 to 1024 in steps of 64");
  for (const std::uint32_t value : {0U, 65U, 2112U})
    check_refused(
        with_field(3, value), ErrorCode::corrupt,
        says + "hidden_width = " + std::to_string(value) + ", expected 64 to 2048 in steps of 64");
}

TEST_CASE("tensors of another shape or dtype, missing and further ones are refused") {
  constexpr const char* kNames[] = {"update",    "input", "state_gain", "weights",  "weight_scale",
                                    "embedding", "nodes", "node_scale", "node_bias"};
  for (const std::string name : kNames) {
    const std::string full = "recurrent." + name;
    check_refused([&](auto& content) { content.remove(full); }, ErrorCode::corrupt,
                  "tensor '" + full + "' is missing");
    Random random(3);
    test::SafetensorsContent content = drawn_network(random, Draw::uniform, {8, 64, 128});
    content.tensor(full).dtype = content.tensor(full).dtype == "I8" ? "U8" : "U16";
    CHECK(create(content).error().message.starts_with("tensor '" + full + "' has dtype U"));
    content = drawn_network(random, Draw::uniform, {8, 64, 128});
    content.tensor(full).shape.insert(content.tensor(full).shape.begin(), 1);
    CHECK(create(content).error().message.starts_with("tensor '" + full + "' has shape [1, "));
  }
  check_refused([](auto& content) { content.remove("recurrent.config"); }, ErrorCode::corrupt,
                "tensor 'recurrent.config' is missing");
  check_refused([](auto& content) { add<std::int8_t>(content, "other", {1}, {0}); },
                ErrorCode::corrupt,
                "tensor 'recurrent.other' is none that a recurrent network has");
}

TEST_CASE("scales and biases out of range are refused") {
  const auto with_last = [](const std::string& name, std::int16_t value) {
    return [=](test::SafetensorsContent& content) {
      std::vector<std::uint8_t>& bytes = content.tensor("recurrent." + name).bytes;
      store_le(bytes.data() + bytes.size() - 2, value);
    };
  };
  for (const std::string name : {"state_gain", "weight_scale", "node_scale"})
    check_refused(with_last(name, -1), ErrorCode::corrupt,
                  "tensor 'recurrent." + name + "' has an element -1, expected 0 to 32767");
  for (const int value : {-4096, 4096})
    check_refused(with_last("node_bias", static_cast<std::int16_t>(value)), ErrorCode::corrupt,
                  "tensor 'recurrent.node_bias' has an element " + std::to_string(value) +
                      ", expected -4095 to 4095");
}

}  // namespace
}  // namespace czip::v2
