// The trainer's forward pass is the engine's, and its gradients are those of the functions without
// rounding.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <new>
#include <numeric>
#include <random>
#include <set>
#include <span>
#include <vector>

#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/v2/network.hpp"
#include "nn/isa.hpp"
#include "nn/optimizer.hpp"
#include "nn/run_loop.hpp"
#include "nn/token_windows.hpp"
#include "support/safetensors_writer.hpp"
#include "v2/network/network_reader.hpp"
#include "v2/network/network_writer.hpp"
#include "v2/network/pass.hpp"

namespace czip::v2::training {
namespace {

using nn::Gradients;
using nn::Optimizer;
using nn::Parameter;
using nn::ParameterList;
using nn::Role;
using nn::TokenWindows;

NetworkConfig small_config() {
  NetworkConfig config;
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
  config.group_size = 50;
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

// The order is backwards, so that a token's number is not its rank.
std::vector<std::uint16_t> token_order(std::uint32_t vocabulary) {
  std::vector<std::uint16_t> order(vocabulary);
  for (std::size_t r = 0; r < order.size(); ++r)
    order[r] = static_cast<std::uint16_t>(order.size() - 1 - r);
  return order;
}

struct Training {
  NetworkConfig config = small_config();
  std::vector<std::uint16_t> order = token_order(config.vocabulary);
  std::vector<std::uint32_t> first_ranks{0, 50, 51, 53, 100, 150, 180, 220, 250};
  HeadGroups groups{order, first_ranks};
  Parameters parameters{config, first_ranks.size(), 1};
  double first_bits = 0;
  double last_bits = 0;

  // A few steps on sequences as long as the window.
  void run(int steps) {
    constexpr std::size_t kSequences = 4;
    NetworkPass pass(config, groups, kSequences, config.window);
    Gradients gradients(parameters);
    Optimizer optimizer(parameters, {});
    for (int step = 0; step < steps; ++step) {
      const auto batch = text(kSequences * (config.window + 1), static_cast<std::uint32_t>(step));
      const double bits = pass.gradients(parameters, batch, 1, gradients) /
                          static_cast<double>(kSequences * config.window);
      if (step == 0) first_bits = bits;
      last_bits = bits;
      REQUIRE(optimizer.step(parameters, std::array{&gradients}, 1).has_value());
    }
  }
};

}  // namespace

TEST_CASE("after some steps of training the trainer's logits are the engine's bit for bit") {
  Training training;
  training.run(60);
  CHECK(training.last_bits < 0.7 * training.first_bits);
  const auto file = write_network(training.config, training.parameters).value();
  const auto tensors = safetensors::File::parse(file);
  REQUIRE(tensors.has_value());
  const auto tokens = text(training.config.window + 1, 999);
  const auto logits_at = [&](nn::Isa isa) {
    NetworkPass pass(training.config, training.groups, 1, training.config.window, isa);
    return pass.logits(training.parameters, tokens);
  };
  const auto expected = logits_at(nn::Isa::baseline);
  for (const nn::Isa isa : nn::supported_isas()) {
    CAPTURE(nn::isa_name(isa));
    CHECK(logits_at(isa) == expected);
  }
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    const auto network = Network::create(
        *tensors, level, {.tokens = training.order, .groups = training.first_ranks});
    REQUIRE_MESSAGE(network.has_value(), (network ? "" : network.error().message));
    auto state = InferenceState::create(*network, 1);
    REQUIRE(state.has_value());
    std::size_t different = 0;
    for (std::size_t t = 0; t < training.config.window; ++t) {
      const std::uint32_t token = tokens[t];
      const std::size_t groups = network->groups();
      const std::size_t next = training.groups.group_of[tokens[t + 1]];
      std::vector<std::int32_t> logits(groups + network->members(next));
      state->step(std::span(&token, 1), std::span(logits).first(groups));
      state->member_logits(0, next, std::span(logits).subspan(groups));
      REQUIRE(logits.size() == expected[t].size());
      const std::size_t compared = network->members(next) > 1 ? logits.size() : groups;
      for (std::size_t i = 0; i < compared; ++i)
        if (static_cast<float>(logits[i]) != expected[t][i]) ++different;
    }
    CHECK(different == 0);
  }
}

TEST_CASE("a network read back from its file is the one that was written, and can be trained on") {
  Training training;
  training.run(30);
  const auto file = write_network(training.config, training.parameters).value();
  Parameters& parameters = training.parameters;
  const auto written = parameters.list;
  parameters = Parameters(training.config, training.first_ranks.size(), 2);
  REQUIRE(read_network(*safetensors::File::parse(file), parameters).has_value());
  for (std::size_t p = 0; p < written.size(); ++p) {
    CAPTURE(written[p].name);
    CHECK(parameters.list[p].quantized == written[p].quantized);
  }
  const double before = training.last_bits;
  training.run(30);
  CHECK(training.first_bits < 1.1 * before);
  CHECK(training.last_bits < before);
}

TEST_CASE("a network whose scales have other shifts than the trainer's is not trained on") {
  Training training;
  test::SafetensorsContent content;
  const auto file = write_network(training.config, training.parameters).value();
  const auto tensors = safetensors::File::parse(file);
  for (const auto& [name, tensor] : tensors->tensors())
    content.tensors.push_back({name,
                               std::string(safetensors::dtype_name(tensor.dtype)),
                               tensor.shape,
                               {tensor.bytes.begin(), tensor.bytes.end()}});
  ++content.tensor("network.layers.1.up_shift").bytes[0];
  const auto changed = test::write_safetensors(content);
  const auto read = read_network(*safetensors::File::parse(changed), training.parameters);
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().code == ErrorCode::unsupported);
  CHECK(read.error().message.find("layers.1.up_shift is 17; only networks with 16") !=
        std::string::npos);
}

// Rounding makes any loss a staircase, so the slope is measured over a wide step and for many
// values together, along the gradient itself. Moves `values` that way in both directions, by at
// most `most`, and compares the change of `loss` with what the gradient says.
template <class Loss>
void check_slope(std::span<float> values, std::span<const float> gradient, float most,
                 const Loss& loss) {
  const std::vector<float> start(values.begin(), values.end());
  float largest = 0;
  for (const float g : gradient) largest = std::max(largest, std::abs(g));
  REQUIRE(largest > 0);
  double expected = 0;
  const auto moved = [&](float sign) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const float step = std::round(sign * most * gradient[i] / largest);
      values[i] = start[i] + step;
      expected += double{gradient[i]} * step * sign;
    }
    return loss();
  };
  const double up = moved(1);
  const double down = moved(-1);
  std::copy(start.begin(), start.end(), values.begin());
  CHECK(up - down == doctest::Approx(expected).epsilon(0.35).scale(0));
}

TEST_CASE("attention's gradients are the slopes of what it gives") {
  constexpr AttentionShape shape{
      .tokens = 96, .heads = 4, .kv_heads = 2, .head_dim = 16, .window = 96, .stride = 128};
  std::mt19937 random(5);
  const auto draw = [&](std::size_t size, int most) {
    std::vector<float> values(size);
    for (float& value : values)
      value =
          static_cast<float>(static_cast<int>(random() % (2 * static_cast<unsigned>(most))) - most);
    return values;
  };
  std::vector<float> qkv = draw(shape.tokens * shape.stride, 60);
  std::vector<float> bias = draw(shape.heads * shape.window, 60);
  std::vector<float> scale(shape.heads, 600), sink(shape.heads, 350), gain(shape.heads, 400);
  const std::vector<float> dout = draw(shape.tokens * shape.heads * shape.head_dim, 100);
  std::vector<float> out(dout.size()), sums(shape.heads * shape.tokens), dqkv(qkv.size());
  std::vector<std::uint8_t> weights(shape.weights());
  nn::Isa isa = nn::best_isa();
  SUBCASE("best instruction set") {}
  SUBCASE("baseline") { isa = nn::Isa::baseline; }
  Attention attention(shape, training::kernels(isa));
  const auto loss = [&] {
    attention.forward(qkv.data(), {bias.data(), scale.data(), sink.data(), gain.data()}, out.data(),
                      weights.data(), sums.data());
    double sum = 0;
    for (std::size_t i = 0; i < out.size(); ++i) sum += double{out[i]} * dout[i];
    return sum;
  };
  loss();
  std::vector<float> dbias(bias.size()), dscale(scale.size()), dsink(sink.size()),
      dgain(gain.size());
  attention.backward(qkv.data(), {bias.data(), scale.data(), sink.data(), gain.data()}, out.data(),
                     weights.data(), sums.data(), dout.data(), dqkv.data(),
                     {dbias.data(), dscale.data(), dsink.data(), dgain.data()});
  check_slope(qkv, dqkv, 8, loss);
  check_slope(bias, dbias, 60, loss);
  check_slope(scale, dscale, 100, loss);
  check_slope(sink, dsink, 60, loss);
  check_slope(gain, dgain, 100, loss);
}

TEST_CASE("a step along each parameter's gradient changes the loss as the gradient says") {
  Training training;
  training.run(30);
  Parameters& parameters = training.parameters;
  constexpr std::size_t kSequences = 8;
  NetworkPass pass(training.config, training.groups, kSequences, training.config.window);
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
    // What only attention affects is too weak here to stand out from the rounding.
    constexpr std::array kWeak{"position_bias",  "score_scale", "sink",
                               "attention_gain", "query_norm",  "key_norm"};
    if (std::any_of(kWeak.begin(), kWeak.end(),
                    [&](const char* name) { return parameter.name.ends_with(name); }))
      continue;
    CAPTURE(parameter.name);
    const float most = parameter.role == Role::vector ? parameter.unit * 0.15F : 4.0F;
    check_slope(parameter.quantized, std::span(gradients[p], parameter.size()), most, loss);
  }
}

TEST_CASE("each epoch cuts a text into other windows") {
  constexpr std::size_t kLength = 100;
  TokenWindows windows(kLength);
  std::vector<std::uint16_t> tokens(10 * kLength + 60);
  std::iota(tokens.begin(), tokens.end(), std::uint16_t{0});
  windows.add(tokens);
  windows.shuffle(1);
  REQUIRE(windows.size() == 10);
  std::set<std::uint16_t> firsts;
  for (std::size_t i = 0; i < 30; ++i) {
    const auto window = windows[i];
    REQUIRE(window.size() == kLength + 1);
    for (std::size_t t = 1; t <= kLength; ++t) REQUIRE(window[t] == window[0] + t);
    firsts.insert(window[0]);
  }
  CHECK(firsts.size() == 30);
}

TEST_CASE("tables forget what is not seen, and nothing else does") {
  Training training;
  ParameterList& parameters = training.parameters;
  const auto before = parameters.list;
  Gradients gradients(parameters);
  REQUIRE(Optimizer(parameters, {.matrix_decay = 0, .table_decay = 0.25F})
              .step(parameters, std::array{&gradients}, 0.5F)
              .has_value());
  for (std::size_t p = 0; p < before.size(); ++p) {
    const Parameter& parameter = parameters.list[p];
    CAPTURE(parameter.name);
    const bool table = parameter.role == Role::table || parameter.role == Role::head;
    for (std::size_t i = 0; i < parameter.size(); ++i)
      REQUIRE(parameter.value[i] ==
              doctest::Approx(before[p].value[i] * (table ? 0.875F : 1)).epsilon(1e-6));
  }
}

namespace {

// A run of a network whose passes do nothing but `work`.
template <class Work>
Status run_with(const Work& work, nn::RunOptions options) {
  Training training;
  nn::Sequences sequences(training.config.window + 1, training.config.window);
  sequences.add(std::vector<TokenId>(10 * training.config.window), false);
  sequences.token_bytes.resize(training.config.vocabulary, 1);
  const auto make_pass = [&work] {
    return nn::Pass{.gradients = [&work](auto, float, Gradients&) -> double { return work(); },
                    .evaluate = [](auto) { return 0.0; }};
  };
  options.threads = 2;
  return nn::train(options, sequences,
                   {.parameters = training.parameters, .make_pass = make_pass, .batch_tokens = 1});
}

}  // namespace

TEST_CASE("a thread of a run that lacks memory ends the run") {
  nn::RunOptions options;
  options.tokens = 1;
  const auto run = run_with([]() -> double { throw std::bad_alloc(); }, options);
  REQUIRE_FALSE(run.has_value());
  CHECK(run.error().code == ErrorCode::out_of_memory);
}

TEST_CASE("an error of the progress callback ends the run and is returned") {
  nn::RunOptions options;
  options.tokens = 1;
  options.progress = [](const nn::Progress&) -> Status {
    return fail(ErrorCode::io, "the terminal is gone");
  };
  const auto run = run_with([] { return 1.0; }, options);
  REQUIRE_FALSE(run.has_value());
  CHECK(run.error().message == "the terminal is gone");
}

}  // namespace czip::v2::training
