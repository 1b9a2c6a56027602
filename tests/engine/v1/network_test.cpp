// The network's results depend on the tokens alone: not on batch shape, other sequences or SIMD
// level.
#include "czip/engine/v1/network.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "czip/engine/v1/output_distribution.hpp"
#include "support/v1_seeded_model.hpp"

namespace czip::v1 {
namespace {

constexpr std::uint32_t kContext = 200;

Weights seeded_network() {
  auto model = load_weights(test::make_seeded_model());
  REQUIRE(model.has_value());
  return std::move(*model);
}

std::vector<std::uint32_t> some_tokens(const Weights& model, std::size_t n, std::uint32_t seed) {
  std::vector<std::uint32_t> tokens(n);
  for (std::uint32_t& token : tokens) {
    seed = seed * 1664525 + 1013904223;
    token = (seed >> 8) % model.vocabulary;
  }
  return tokens;
}

using Logits = std::vector<std::vector<std::int32_t>>;

Network make_network(const Weights& model, SimdLevel level) {
  auto network = Network::create(model, level, Dialect::rust);
  REQUIRE(network.has_value());
  return std::move(*network);
}

InferenceState make_state(const Network& network, InferenceState::Capacity capacity) {
  auto state = InferenceState::create(network, capacity);
  REQUIRE(state.has_value());
  return std::move(*state);
}

std::vector<std::int32_t> row_of(const InferenceState& state, std::size_t r) {
  return {state.logits(r).begin(), state.logits(r).end()};
}

// One row per call.
Logits one_by_one(const Network& network, const std::vector<std::uint32_t>& tokens) {
  InferenceState state = make_state(network, {1, kContext, 1});
  state.reset(0);
  Logits logits;
  for (const std::uint32_t token : tokens) {
    const InputRow row{0, token};
    state.forward({&row, 1});
    logits.push_back(row_of(state, 0));
  }
  return logits;
}

TEST_CASE("logits are the same row by row, in blocks of positions, and beside other sequences") {
  const Weights model = seeded_network();
  const auto tokens = some_tokens(model, 150, 1);
  const auto others = some_tokens(model, 150, 2);
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    const Network network = make_network(model, level);
    const Logits expected = one_by_one(network, tokens);

    for (const std::size_t block : {7U, 64U, 150U}) {
      InferenceState state = make_state(network, {1, kContext, 150});
      state.reset(0);
      for (std::size_t begin = 0; begin < tokens.size(); begin += block) {
        std::vector<InputRow> rows;
        for (std::size_t i = begin; i < std::min(begin + block, tokens.size()); ++i)
          rows.push_back({0, tokens[i]});
        state.forward(rows);
        for (std::size_t r = 0; r < rows.size(); ++r)
          CHECK(row_of(state, r) == expected[begin + r]);
      }
    }

    InferenceState state = make_state(network, {3, kContext, 3});
    for (std::uint32_t s = 0; s < 3; ++s) state.reset(s);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      std::vector<InputRow> rows{{2, others[i]}, {1, tokens[i]}};
      if (i % 3 == 0) rows.push_back({0, others[i]});
      state.forward(rows);
      CHECK(row_of(state, 1) == expected[i]);
    }
  }
}

TEST_CASE("logits are the same at every SIMD level") {
  const Weights model = seeded_network();
  const auto tokens = some_tokens(model, 100, 3);
  const Logits expected = one_by_one(make_network(model, SimdLevel::scalar), tokens);
  for (const SimdLevel level : supported_simd_levels())
    CHECK(one_by_one(make_network(model, level), tokens) == expected);
}

TEST_CASE("a reset sequence forgets its past") {
  const Weights model = seeded_network();
  const Network network = make_network(model, best_simd_level());
  const auto tokens = some_tokens(model, 40, 4);
  const Logits expected = one_by_one(network, tokens);
  InferenceState state = make_state(network, {1, kContext, 1});
  for (int round = 0; round < 2; ++round) {
    state.reset(0);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const InputRow row{0, tokens[i]};
      state.forward({&row, 1});
      CHECK(row_of(state, 0) == expected[i]);
    }
  }
}

TEST_CASE("score multipliers beyond vector range give the scalar result") {
  Weights model = seeded_network();
  for (LayerWeights& layer : model.layers) {
    layer.score_multiplier[0] = -60000;
    layer.score_multiplier[1] = INT32_MAX;
  }
  const auto tokens = some_tokens(model, 60, 5);
  const Logits expected = one_by_one(make_network(model, SimdLevel::scalar), tokens);
  for (const SimdLevel level : supported_simd_levels())
    CHECK(one_by_one(make_network(model, level), tokens) == expected);
}

TEST_CASE("frequencies fill the total and find returns the symbol of every range") {
  const Weights model = seeded_network();
  for (const SimdLevel level : supported_simd_levels()) {
    const Network network = make_network(model, level);
    auto distribution = OutputDistribution::create(network);
    REQUIRE(distribution.has_value());
    for (const auto& logits : one_by_one(network, some_tokens(model, 5, 6))) {
      std::vector<std::int32_t> padded(logits);
      padded.resize(logits.size() + 64);
      distribution->assign({padded.data(), logits.size()});
      std::uint32_t low = 0;
      for (std::uint32_t symbol = 0; symbol < model.vocabulary; ++symbol) {
        const CumulativeRange range = distribution->range(symbol);
        CHECK(range.low == low);
        CHECK(range.high > range.low);
        for (const std::uint32_t target : {range.low, range.high - 1}) {
          const auto found = distribution->find(target);
          CHECK(found.symbol == symbol);
          CHECK(found.range.low == range.low);
          CHECK(found.range.high == range.high);
        }
        low = range.high;
      }
      CHECK(low == distribution->total());
    }
  }
}

TEST_CASE("a context beyond the model's positions and an unknown SIMD level are refused") {
  const Weights model = seeded_network();
  const Network network = make_network(model, SimdLevel::scalar);
  CHECK(!InferenceState::create(network, {1, model.positions + 1, 1}));
  CHECK(!InferenceState::create(network, {1, 0, 1}));
  const SimdLevel foreign = supported_simd_levels().back() == SimdLevel::neon_dotprod
                                ? SimdLevel::avx2
                                : SimdLevel::neon_dotprod;
  const auto refused = Network::create(model, foreign, Dialect::rust);
  REQUIRE(!refused);
  CHECK(refused.error().code == ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace czip::v1
