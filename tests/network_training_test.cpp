// The trainer's forward pass is the engine's, and its gradients are those of the functions without
// rounding.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "czip/engine/network_v2.hpp"
#include "czip/engine/safetensors.hpp"
#include "training/network/network_pass.hpp"
#include "training/network/network_writer.hpp"
#include "training/network/optimizer.hpp"

namespace czip::network {
namespace {

NetworkV2Config small_config() {
  NetworkV2Config config;
  config.vocabulary = 300;
  config.d_model = 64;
  config.layers = 2;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 16;
  config.d_ff = 128;
  config.window = 96;
  config.bigram_buckets = 256;
  config.embedding_shift = 7;
  return config;
}

// Words of a small language, so that there is something to learn.
std::vector<std::uint16_t> text(std::size_t size, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::uint16_t> tokens;
  while (tokens.size() < size) {
    const auto word = static_cast<std::uint32_t>(random() % 40);
    for (std::uint32_t i = 0; i <= word % 5; ++i)
      tokens.push_back(static_cast<std::uint16_t>((word * 7 + i * i) % 300));
  }
  tokens.resize(size);
  return tokens;
}

struct Training {
  NetworkV2Config config = small_config();
  Parameters parameters{config, 1};
  double first_bits = 0;
  double last_bits = 0;

  // A few steps on sequences as long as the window.
  void run(int steps) {
    constexpr std::size_t kSequences = 4;
    NetworkPass pass(config, kSequences, config.window);
    Gradients gradients(parameters);
    Optimizer optimizer(parameters, {});
    for (int step = 0; step < steps; ++step) {
      const auto batch = text(kSequences * (config.window + 1), static_cast<std::uint32_t>(step));
      const double bits = pass.gradients(parameters, batch, 1, gradients) /
                          static_cast<double>(kSequences * config.window);
      if (step == 0) first_bits = bits;
      last_bits = bits;
      optimizer.step(parameters, std::array{&gradients}, 1);
    }
  }
};

}  // namespace

TEST_CASE("after some steps of training the trainer's logits are the engine's bit for bit") {
  Training training;
  training.run(60);
  CHECK(training.last_bits < 0.7 * training.first_bits);
  const auto file = write_network(training.config, training.parameters);
  const auto tensors = SafetensorsFile::parse(file);
  REQUIRE(tensors.has_value());
  const std::uint32_t vocabulary = training.config.vocabulary;
  const auto tokens = text(training.config.window + 1, 999);
  NetworkPass pass(training.config, 1, training.config.window);
  const auto expected = pass.logits(training.parameters, tokens);
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    const auto network = NetworkV2::create(*tensors, level);
    REQUIRE_MESSAGE(network.has_value(), (network ? "" : network.error().message));
    auto state = NetworkV2State::create(*network, 1);
    REQUIRE(state.has_value());
    std::vector<std::int32_t> logits(vocabulary);
    std::size_t different = 0;
    for (std::size_t t = 0; t < training.config.window; ++t) {
      const std::uint32_t token = tokens[t];
      state->step(std::span(&token, 1), logits);
      for (std::size_t i = 0; i < vocabulary; ++i)
        if (static_cast<float>(logits[i]) != expected[t * vocabulary + i]) ++different;
    }
    CHECK(different == 0);
  }
}

// Rounding makes the loss a staircase, so the slope is taken over a wide step, and from many
// parameters together: along the gradient itself.
TEST_CASE("a step along each parameter's gradient lowers the loss as the gradient says") {
  Training training;
  training.run(30);
  Parameters& parameters = training.parameters;
  constexpr std::size_t kSequences = 8;
  NetworkPass pass(training.config, kSequences, training.config.window);
  const auto batch = text(kSequences * (training.config.window + 1), 77);
  const auto positions = static_cast<double>(kSequences * training.config.window);
  Gradients gradients(parameters);
  pass.gradients(parameters, batch, 1, gradients);
  Gradients unused(parameters);
  const auto loss = [&] {
    return pass.gradients(parameters, batch, 1, unused) / positions * std::log(2.0);
  };
  for (std::size_t p = 0; p < parameters.list.size(); ++p) {
    Parameter& parameter = parameters.list[p];
    CAPTURE(parameter.name);
    const std::vector<float> integers = parameter.quantized;
    double squares = 0;
    float largest = 0;
    for (std::size_t i = 0; i < parameter.size(); ++i) {
      squares += double{gradients[p][i]} * gradients[p][i];
      largest = std::max(largest, std::abs(gradients[p][i]));
    }
    REQUIRE(squares > 0);
    // The most that an integer moves by: some of its units.
    const float most = parameter.role == Role::vector ? parameter.unit * 0.05F : 4.0F;
    double expected = 0;
    const auto moved = [&](float sign) {
      for (std::size_t i = 0; i < parameter.size(); ++i) {
        const float step = std::round(sign * most * gradients[p][i] / largest);
        parameter.quantized[i] = std::clamp(integers[i] + step, parameter.low, parameter.high);
        expected += double{gradients[p][i]} * (parameter.quantized[i] - integers[i]) * sign;
      }
      return loss();
    };
    const double up = moved(1);
    const double down = moved(-1);
    parameter.quantized = integers;
    CHECK(up - down == doctest::Approx(expected).epsilon(0.35));
  }
}

}  // namespace czip::network
