#include "v2/recurrent/recurrent_writer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "czip/engine/safetensors/writer.hpp"

namespace czip::v2::training {
namespace {

constexpr std::uint32_t kVersion = 1;
constexpr float kLargestByte = 127;
constexpr float kLargestScale = 32767;

// What a row's scale of 1 makes of a weight of 1, divided by the units of what it is multiplied
// with: a hidden sum has 4 units per hidden unit, a logit 256 units.
constexpr float kWeightUnit = kStateUnits / (4 * kHiddenUnits * 32768);
constexpr float kNodeUnit = kHiddenUnits / (256 * 131072.0F);

template <class T>
T rounded(float x, float least, float most) {
  return static_cast<T>(std::clamp(std::floor(x + 0.5F), least, most));
}

std::int8_t byte_of(float x) { return rounded<std::int8_t>(x, -kLargestByte, kLargestByte); }

// Rows of bytes, each with the least scale in `unit`s that its largest weight allows.
struct ScaledRows {
  std::vector<std::int8_t> weights;
  std::vector<std::int16_t> scales;

  void add(std::span<const float> row, float unit) {
    float largest = 0;
    for (const float weight : row) largest = std::max(largest, std::fabs(weight));
    const float scale = std::clamp(std::ceil(largest / (kLargestByte * unit)), 1.0F, kLargestScale);
    for (const float weight : row) weights.push_back(byte_of(weight / (scale * unit)));
    scales.push_back(static_cast<std::int16_t>(scale));
  }
};

template <class T>
safetensors::TensorContent tensor(const char* name, std::vector<std::uint64_t> shape,
                                  const std::vector<T>& values) {
  return safetensors::make_tensor<T>(std::string("recurrent.") + name, std::move(shape), values);
}

struct StateTables {
  std::vector<std::int16_t> gates, inputs;
};

// Gates and inputs as the forward pass has them: behind their nonlinear functions.
StateTables state_tables(const RecurrentParameters& p, const RecurrentKernels& kernels) {
  const std::size_t n = p.shape.state;
  AlignedFloats state(n), gate(n), input(n), before(n), output(n);
  const StateRecord record{gate.data(), input.data(), before.data(), output.data()};
  StateTables tables;
  for (std::size_t t = 0; t < p.shape.vocabulary; ++t) {
    kernels.step_state(n, p.token(t), p.gain.data(), state.data(), record);
    for (std::size_t i = 0; i < n; ++i) {
      tables.gates.push_back(rounded<std::int16_t>(gate.data()[i] * 32768, 0, 32767));
      tables.inputs.push_back(rounded<std::int16_t>(input.data()[i] * 32768, -32767, 32767));
    }
  }
  return tables;
}

}  // namespace

Result<std::vector<std::uint8_t>> write_recurrent(const RecurrentParameters& p,
                                                  const RecurrentKernels& kernels) {
  const auto [v, s, h] = p.shape;
  const std::vector<std::uint32_t> config{kVersion, static_cast<std::uint32_t>(v),
                                          static_cast<std::uint32_t>(s),
                                          static_cast<std::uint32_t>(h)};
  const StateTables states = state_tables(p, kernels);
  std::vector<std::int16_t> gain;
  for (std::size_t i = 0; i < s; ++i)
    gain.push_back(rounded<std::int16_t>(p.gain.data()[i] * kGainUnits, 0, 32767));
  ScaledRows weights;
  for (std::size_t row = 0; row < h; ++row)
    weights.add(std::span(p.weights.data() + row * s, s), kWeightUnit);
  std::vector<std::int8_t> embedding;
  for (std::size_t t = 0; t < v; ++t)
    for (std::size_t i = 0; i < h; ++i)
      embedding.push_back(byte_of(p.token(t)[2 * s + i] * kHiddenUnits));
  ScaledRows nodes;
  std::vector<std::int16_t> biases;
  for (std::size_t n = 0; n < v; ++n) {
    nodes.add(std::span(p.node(n), h), kNodeUnit);
    biases.push_back(rounded<std::int16_t>(p.node(n)[h] * 256, -4095, 4095));
  }
  const std::array tensors{
      tensor("config", {config.size()}, config),  tensor("update", {v, s}, states.gates),
      tensor("input", {v, s}, states.inputs),     tensor("state_gain", {s}, gain),
      tensor("weights", {h, s}, weights.weights), tensor("weight_scale", {h}, weights.scales),
      tensor("embedding", {v, h}, embedding),     tensor("nodes", {v, h}, nodes.weights),
      tensor("node_scale", {v}, nodes.scales),    tensor("node_bias", {v}, biases),
  };
  return safetensors::with_content_hash(
      safetensors::write({{"format", "czip-recurrent-v2"}}, tensors));
}

}  // namespace czip::v2::training
