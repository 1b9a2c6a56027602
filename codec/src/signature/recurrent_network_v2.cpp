// The recurrent network: tensors of random weights, and its steps.
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/v2/recurrent_network.hpp"
#include "signature/models.hpp"
#include "signature/parts.hpp"

namespace czip::signature {

void add_recurrent_tensors(const v2::RecurrentConfig& config, Random& random, Tensors& tensors) {
  const std::size_t tokens = config.vocabulary;
  const std::size_t states = config.state_width;
  const std::size_t hidden = config.hidden_width;
  const auto name = [](const char* rest) { return std::string(v2::kRecurrentPrefix) + rest; };
  const auto rows_i16 = [&](const char* rest, std::size_t rows, std::size_t cols) {
    tensors.push_back(safetensors::make_tensor<std::int16_t>(
        name(rest), {rows, cols}, random.vector<std::int16_t>(rows * cols, -32768, 32767)));
  };
  const auto rows_i8 = [&](const char* rest, std::size_t rows, std::size_t cols) {
    tensors.push_back(safetensors::make_tensor<std::int8_t>(
        name(rest), {rows, cols}, random.vector<std::int8_t>(rows * cols, -128, 127)));
  };
  const auto vector = [&](const char* rest, std::size_t size, std::int32_t low, std::int32_t high) {
    tensors.push_back(safetensors::make_tensor<std::int16_t>(
        name(rest), {size}, random.vector<std::int16_t>(size, low, high)));
  };
  const std::vector<std::uint32_t> fields{v2::kRecurrentFormatVersion, config.vocabulary,
                                          config.state_width, config.hidden_width};
  tensors.push_back(
      safetensors::make_tensor<std::uint32_t>(name("config"), {fields.size()}, fields));
  // Scales let some values reach their limits.
  rows_i16("update", tokens, states);
  rows_i16("input", tokens, states);
  vector("state_gain", states, 0, 4096);
  rows_i8("weights", hidden, states);
  vector("weight_scale", hidden, 0, 500);
  rows_i8("embedding", tokens, hidden);
  rows_i8("nodes", tokens, hidden);
  vector("node_scale", tokens, 0, 6000);
  vector("node_bias", tokens, -1000, 1000);
}

Status add_recurrent_network(SimdLevel level, Hasher& hasher) {
  constexpr std::uint32_t kTokens = 50;
  Random random(13);
  Tensors tensors;
  add_recurrent_tensors({.vocabulary = kTokens, .state_width = 192, .hidden_width = 320}, random,
                        tensors);
  const std::vector<std::uint8_t> bytes = safetensors::write({}, tensors);
  CZIP_TRY_ASSIGN(const auto file, safetensors::File::parse(bytes));
  CZIP_TRY_ASSIGN(const auto network, v2::RecurrentNetwork::create(file, level));
  CZIP_TRY_ASSIGN(auto state, network.make_state());
  std::vector<std::uint16_t> nodes(kTokens);
  std::iota(nodes.begin(), nodes.end(), std::uint16_t{0});
  std::vector<std::int32_t> logits(kTokens);
  for (int step = 0; step < 200; ++step) {
    network.logits(state, nodes.data(), nodes.size(), logits.data());
    hasher.add(std::span<const std::int32_t>(logits));
    hasher.add(network.logit(state, random.below(kTokens)));
    network.step(state, random.below(kTokens));
  }
  return {};
}

}  // namespace czip::signature
