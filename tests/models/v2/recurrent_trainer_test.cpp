// Training of the recurrent network: it learns, the same bytes everywhere, and the file's integers
// predict what the trained floats do.
#include "czip/training/v2/recurrent_trainer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <string>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "czip/codec/v2/coding/constants.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "nn/isa.hpp"
#include "support/small_trees.hpp"
#include "support/splitmix64.hpp"
#include "v2/recurrent/pass.hpp"
#include "v2/recurrent/recurrent_writer.hpp"
#include "v2/recurrent/training_run.hpp"

namespace czip::v2 {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Ranks = std::vector<std::uint16_t>;

// Forty documents of the 16 tokens. Each token names the next one but one; so the state must keep
// what the last token does not say.
Ranks sample_ranks() {
  Ranks ranks;
  test::SplitMix64 random(7);
  for (int document = 0; document < 40; ++document) {
    auto a = static_cast<std::uint16_t>(random.next() % 16);
    auto b = static_cast<std::uint16_t>(random.next() % 16);
    for (int i = 0; i < 90 + document; ++i) {
      ranks.push_back(a);
      const auto next = static_cast<std::uint16_t>((a * 5 + 3) % 16);
      a = b;
      b = next;
    }
    ranks.push_back(static_cast<std::uint16_t>(kNoToken));
  }
  return ranks;
}

RecurrentTrainingOptions small_options() {
  RecurrentTrainingOptions options;
  options.state_width = 64;
  options.hidden_width = 64;
  options.epochs = 3;
  options.threads = 1;
  return options;
}

std::string hash_of(const Bytes& file) {
  const auto parsed = safetensors::File::parse(file);
  REQUIRE(parsed.has_value());
  return to_hex(safetensors::content_hash(*parsed));
}

TEST_CASE("training learns what the tokens say of those after them") {
  auto options = small_options();
  options.epochs = 200;
  std::vector<double> bits;
  options.progress = [&](const RecurrentTrainingProgress& progress) -> Status {
    CHECK(progress.tokens <= progress.total);
    bits.push_back(progress.bits_per_token);
    return {};
  };
  const auto file = train_recurrent(sample_ranks(), test::tree_of_16(), options);
  REQUIRE(file.has_value());
  REQUIRE(bits.size() > 100);
  CHECK(bits.front() > 3.8);
  CHECK(bits.back() < 1);
}

// Every configuration that runs this test compares with the one hash: GCC and clang, with and
// without optimization, other machines and byte orders.
TEST_CASE("training gives the same network with any threads, compiler and machine") {
  auto options = small_options();
  const auto alone = train_recurrent(sample_ranks(), test::tree_of_16(), options);
  options.threads = 3;
  const auto together = train_recurrent(sample_ranks(), test::tree_of_16(), options);
  REQUIRE(alone.has_value());
  REQUIRE(together.has_value());
  CHECK(*alone == *together);
  CHECK(hash_of(*alone) == "e2a39fc427cf2073688eb7a21c80dbc5");
  options.seed = 2;
  const auto other = train_recurrent(sample_ranks(), test::tree_of_16(), options);
  REQUIRE(other.has_value());
  CHECK(*alone != *other);
}

TEST_CASE("training refuses options and ranks that are out of range") {
  const auto code = [](const Ranks& ranks, const RecurrentTrainingOptions& options) {
    const auto file = train_recurrent(ranks, test::tree_of_16(), options);
    REQUIRE(!file.has_value());
    return file.error().code;
  };
  const auto with = [](auto change) {
    auto options = small_options();
    change(options);
    return options;
  };
  const Ranks ranks = sample_ranks();
  CHECK(code(ranks, with([](auto& o) { o.state_width = 0; })) == ErrorCode::invalid_argument);
  CHECK(code(ranks, with([](auto& o) { o.state_width = 96; })) == ErrorCode::invalid_argument);
  CHECK(code(ranks, with([](auto& o) { o.state_width = 1088; })) == ErrorCode::invalid_argument);
  CHECK(code(ranks, with([](auto& o) { o.hidden_width = 2112; })) == ErrorCode::invalid_argument);
  CHECK(code(ranks, with([](auto& o) { o.epochs = 0; })) == ErrorCode::invalid_argument);
  CHECK(code(ranks, with([](auto& o) { o.learning_rate = 0; })) == ErrorCode::invalid_argument);
  CHECK(code({1, 16, 0xffff}, small_options()) == ErrorCode::invalid_argument);
  CHECK(code({}, small_options()) == ErrorCode::invalid_argument);
  // Documents of one token have nothing to learn from.
  CHECK(code({1, 0xffff, 2, 0xffff}, small_options()) == ErrorCode::invalid_argument);
}

TEST_CASE("an error of the progress or the checkpoint ends training") {
  auto options = small_options();
  options.progress = [](const RecurrentTrainingProgress&) -> Status {
    return fail(ErrorCode::cancelled, "enough");
  };
  auto file = train_recurrent(sample_ranks(), test::tree_of_16(), options);
  REQUIRE(!file.has_value());
  CHECK(file.error().code == ErrorCode::cancelled);

  options = small_options();
  Bytes saved;
  options.checkpoint = [&](std::span<const std::uint8_t> so_far) -> Status {
    saved.assign(so_far.begin(), so_far.end());
    return fail(ErrorCode::io, "disk full");
  };
  file = train_recurrent(sample_ranks(), test::tree_of_16(), options);
  REQUIRE(!file.has_value());
  CHECK(file.error().code == ErrorCode::io);
  CHECK(safetensors::File::parse(saved).has_value());
}

}  // namespace

namespace training {
namespace {

// A network with units in the middle of their range, where rounding alone tells its forward pass
// from the function that is differentiated.
struct SmallNetwork {
  CodePaths paths{test::tree_of_16()};
  RecurrentParameters parameters =
      initial_parameters({16, 64, 64}, paths, sample_ranks(), 1, recurrent_kernels(nn::best_isa()));
  std::vector<StreamToken> tokens;

  SmallNetwork() {
    const auto& shape = parameters.shape;
    for (std::size_t i = 0; i < shape.hidden * shape.state; ++i)
      parameters.weights.data()[i] *= 0.2F;
    for (std::size_t t = 0; t < 16; ++t)
      for (std::size_t i = 0; i < shape.hidden; ++i)
        parameters.token(t)[2 * shape.state + i] += 0.2F;
    for (std::size_t n = 1; n < 16; ++n)
      for (std::size_t i = 0; i < shape.hidden; ++i) parameters.node(n)[i] *= 4;
    const Ranks ranks = sample_ranks();
    for (std::size_t i = 0; i < 61; ++i)
      tokens.push_back({ranks[i], ranks[i + 1], i == 0 || i == 23});
  }

  double cost(nn::Isa isa) {
    RecurrentPass pass(parameters.shape, paths, recurrent_kernels(isa), 64);
    AlignedFloats transposed(parameters.weights.size());
    transpose_weights(parameters, transposed);
    AlignedFloats state(parameters.shape.state);
    return pass.cost(parameters, transposed, tokens, state.data());
  }

  RecurrentGradients gradients(nn::Isa isa) {
    RecurrentPass pass(parameters.shape, paths, recurrent_kernels(isa), 64);
    AlignedFloats transposed(parameters.weights.size());
    transpose_weights(parameters, transposed);
    AlignedFloats state(parameters.shape.state);
    RecurrentGradients gradients(parameters.shape, 64);
    gradients.clear();
    pass.learn(parameters, transposed, tokens, state.data(), gradients);
    return gradients;
  }
};

// Moves parameters along their gradient, and compares the change of the cost with what the gradient
// says. One direction at a time: rounding evens out over its many units.
struct DirectionCheck {
  SmallNetwork& network;
  std::vector<std::pair<float*, float>> direction{};  // parameters and their gradients

  void add(float* parameters, const float* gradient, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) direction.emplace_back(parameters + i, gradient[i]);
  }

  // The change of the cost over the one expected, for a step of this length.
  double ratio(double length) {
    double square = 0;
    for (const auto& [parameter, gradient] : direction) square += double{gradient} * gradient;
    REQUIRE(square > 1e-6);
    const auto step = static_cast<float>(length / std::sqrt(square));
    move(step);
    const double above = network.cost(nn::best_isa());
    move(-2 * step);
    const double below = network.cost(nn::best_isa());
    move(step);
    return (above - below) / (2 * double{step} * square);
  }

  void move(float step) {
    for (const auto& [parameter, gradient] : direction) *parameter += step * gradient;
  }
};

TEST_CASE("gradients are those of the cost") {
  SmallNetwork network;
  RecurrentParameters& p = network.parameters;
  RecurrentGradients g = network.gradients(nn::best_isa());
  CHECK(g.cost == doctest::Approx(network.cost(nn::best_isa())));
  const std::size_t s = p.shape.state;
  const std::size_t h = p.shape.hidden;
  DirectionCheck gates{network}, inputs{network}, embedding{network}, nodes{network},
      biases{network}, weights{network};
  for (std::size_t t = 0; t < 16; ++t) {
    const float* gradient = g.tokens.find(t);
    if (gradient == nullptr) continue;
    gates.add(p.token(t), gradient, s);
    inputs.add(p.token(t) + s, gradient + s, s);
    embedding.add(p.token(t) + 2 * s, gradient + 2 * s, h);
  }
  for (std::size_t n = 1; n < 16; ++n) {
    const float* gradient = g.nodes.find(n);
    if (gradient == nullptr) continue;
    nodes.add(p.node(n), gradient, h);
    biases.add(p.node(n) + h, gradient + h, 1);
  }
  weights.add(p.weights.data(), g.weights.data(), h * s);
  CHECK(nodes.ratio(0.05) == doctest::Approx(1).epsilon(0.01));
  CHECK(biases.ratio(0.05) == doctest::Approx(1).epsilon(0.01));
  CHECK(embedding.ratio(0.5) == doctest::Approx(1).epsilon(0.05));
  CHECK(weights.ratio(0.2) == doctest::Approx(1).epsilon(0.05));
  CHECK(inputs.ratio(0.5) == doctest::Approx(1).epsilon(0.05));
  CHECK(gates.ratio(0.5) == doctest::Approx(1).epsilon(0.05));
}

bool same_bits(const float* a, const float* b, std::size_t n) {
  return std::memcmp(a, b, n * sizeof(float)) == 0;
}

TEST_CASE("every instruction set gives the same bits") {
  SmallNetwork network;
  const RecurrentGradients expected = network.gradients(nn::Isa::baseline);
  for (const nn::Isa isa : nn::supported_isas()) {
    CAPTURE(nn::isa_name(isa));
    CHECK(network.cost(isa) == network.cost(nn::Isa::baseline));
    const RecurrentGradients g = network.gradients(isa);
    CHECK(g.cost == expected.cost);
    CHECK(same_bits(g.weights.data(), expected.weights.data(), g.weights.size()));
    for (std::size_t t = 0; t < 16; ++t) {
      REQUIRE((g.tokens.find(t) == nullptr) == (expected.tokens.find(t) == nullptr));
      if (g.tokens.find(t) == nullptr) continue;
      CHECK(same_bits(g.tokens.find(t), expected.tokens.find(t),
                      network.parameters.shape.token_width()));
    }
  }
}

// The integers of a file, as the engine reads them.
class Tensors {
 public:
  explicit Tensors(const Bytes& file) : file_(safetensors::File::parse(file).value()) {}
  template <class T>
  std::vector<std::int32_t> operator()(const char* name) const {
    const auto* tensor = file_.find(std::string("recurrent.") + name);
    REQUIRE(tensor != nullptr);
    std::vector<std::int32_t> values;
    for (std::size_t i = 0; i < tensor->bytes.size(); i += sizeof(T))
      values.push_back(static_cast<std::int32_t>(load_le<T>(tensor->bytes.data() + i)));
    return values;
  }

 private:
  safetensors::File file_;
};

// The engine's forward pass, plainly: the cost of tokens in nats.
double integer_cost(const Bytes& file, const CodePaths& paths, std::size_t s, std::size_t h,
                    const std::vector<StreamToken>& tokens) {
  const Tensors tensors(file);
  const auto update = tensors.operator()<std::int16_t>("update");
  const auto input = tensors.operator()<std::int16_t>("input");
  const auto gain = tensors.operator()<std::int16_t>("state_gain");
  const auto weights = tensors.operator()<std::int8_t>("weights");
  const auto weight_scale = tensors.operator()<std::int16_t>("weight_scale");
  const auto embedding = tensors.operator()<std::int8_t>("embedding");
  const auto nodes = tensors.operator()<std::int8_t>("nodes");
  const auto node_scale = tensors.operator()<std::int16_t>("node_scale");
  const auto node_bias = tensors.operator()<std::int16_t>("node_bias");
  std::vector<std::int32_t> state(s), output(s), hidden(h);
  double cost = 0;
  for (const StreamToken& token : tokens) {
    if (token.first) std::fill(state.begin(), state.end(), 0);
    for (std::size_t i = 0; i < s; ++i) {
      const std::int32_t d = input[token.last * s + i] * 128 - state[i];
      state[i] += ((d >> 8) * update[token.last * s + i]) >> 7;
      output[i] = std::clamp(((state[i] >> 7) * gain[i] + (1 << 17)) >> 18, -127, 127);
    }
    for (std::size_t k = 0; k < h; ++k) {
      std::int64_t sum = 0;
      for (std::size_t i = 0; i < s; ++i) sum += weights[k * s + i] * output[i];
      const auto x = static_cast<std::int32_t>((sum * weight_scale[k] + (1 << 14)) >> 15);
      hidden[k] = std::clamp((x + embedding[token.last * h + k] * 4 + 2) >> 2, 0, 127);
    }
    for (const Decision d : paths.of(token.target)) {
      std::int64_t sum = 0;
      for (std::size_t k = 0; k < h; ++k) sum += nodes[d.node * h + k] * hidden[k];
      const auto logit =
          static_cast<double>(((sum * node_scale[d.node] + (1 << 16)) >> 17) + node_bias[d.node]);
      cost += std::log1p(std::exp((d.bit ? -logit : logit) / 256));
    }
  }
  return cost;
}

TEST_CASE("the file's integers predict what the floats do") {
  SmallNetwork network;
  auto options = small_options();
  options.epochs = 20;
  auto trained = train_parameters(sample_ranks(), network.paths, options, {}, {});
  REQUIRE(trained.has_value());
  network.parameters = std::move(*trained);
  const auto file = write_recurrent(network.parameters, recurrent_kernels(nn::best_isa()));
  REQUIRE(file.has_value());
  CHECK(integer_cost(*file, network.paths, 64, 64, network.tokens) ==
        doctest::Approx(network.cost(nn::best_isa())).epsilon(0.02));
}

}  // namespace
}  // namespace training
}  // namespace czip::v2
