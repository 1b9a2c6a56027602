// The czip-llm-v1 network: logits depend on the model, the window and a stream's tokens alone,
// whatever the SIMD level, the threads, and the rows that are computed together; they are what the
// page says, computed here anew in plain steps.
#include "czip/engine/llm/network.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "czip/engine/llm/state.hpp"
#include "engine/llm/plain_model.hpp"
#include "support/error_style.hpp"
#include "support/fnv1a.hpp"
#include "support/llm_seeded_model.hpp"
#include "support/seeded_tokens.hpp"
#include "support/splitmix64.hpp"

namespace czip::llm {
namespace {

using test::SeededLlmOptions;
using Logits = std::vector<std::int32_t>;

struct Shape {
  const char* name;
  Config config;
};

// vocabulary, width, layers, heads, kv heads, head size, feed-forward, context, kept, rotary,
// gated, block, biases, epsilon
const Shape kShapes[] = {
    {"grouped heads", {300, 64, 2, 4, 2, 16, 96, 48, 4, 16, 1, 32, 0, 1000}},
    {"all biases, part of a head rotated", {77, 80, 2, 3, 3, 48, 160, 32, 0, 22, 1, 32, 31, 0}},
    {"learned positions, no gates", {131, 48, 3, 3, 3, 16, 192, 20, 0, 0, 0, 64, 31, 1 << 20}},
    {"wide heads, long blocks", {257, 272, 1, 8, 1, 256, 1024, 24, 6, 256, 1, 512, 1, 5}},
    {"no transform, smallest", {2, 16, 1, 1, 1, 16, 32, 16, 4, 2, 0, 1, 0, 0}},
};

// A file with what was parsed of it.
struct Model {
  std::vector<std::uint8_t> bytes;
  Weights weights;

  explicit Model(const SeededLlmOptions& options)
      : bytes(test::write_safetensors(test::make_seeded_llm(options))) {
    const auto file = safetensors::File::parse(bytes);
    REQUIRE(file.has_value());
    auto parsed = Weights::parse(*file);
    if (!parsed) FAIL(parsed.error().message);
    weights = std::move(*parsed);
  }
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  ~Model() = default;

  [[nodiscard]] Network network(SimdLevel level) const {
    auto network = Network::create(weights, level);
    REQUIRE(network.has_value());
    return std::move(*network);
  }
};

State make_state(const Network& network, const StateOptions& options) {
  auto state = State::create(network, options);
  if (!state) FAIL(state.error().message);
  return std::move(*state);
}

// Logits of `count` tokens of one stream, `at_once` in each call.
Logits run(const Network& network, const StateOptions& options, std::uint32_t stream,
           std::size_t count, std::size_t at_once) {
  State state = make_state(network, options);
  const std::uint32_t vocabulary = network.config().vocabulary;
  std::vector<Row> rows;
  for (const std::uint32_t token : test::seeded_tokens(stream, vocabulary, count))
    rows.push_back({0, token});
  Logits logits(count * vocabulary);
  for (std::size_t i = 0; i < count; i += at_once) {
    const std::size_t n = std::min(at_once, count - i);
    state.forward(std::span(rows).subspan(i, n),
                  std::span(logits).subspan(i * vocabulary, n * vocabulary));
  }
  return logits;
}

TEST_CASE("logits are the same at every level, and those of the page's plain steps") {
  for (const bool extreme : {false, true})
    for (const Shape& shape : kShapes) {
      CAPTURE(shape.name);
      CAPTURE(extreme);
      const Model model({.config = shape.config, .extreme = extreme});
      const std::size_t count = 2 * shape.config.context + 5;  // the window moves
      test::PlainModel plain(model.weights, shape.config.context);
      Logits expected;
      for (const std::uint32_t token : test::seeded_tokens(0, shape.config.vocabulary, count)) {
        const Logits row = plain.step(token);
        expected.insert(expected.end(), row.begin(), row.end());
      }
      for (const SimdLevel level : supported_simd_levels()) {
        CAPTURE(simd_level_name(level));
        CHECK(run(model.network(level), {}, 0, count, 1) == expected);
      }
    }
}

TEST_CASE("rows that are computed together, and threads, change nothing") {
  for (const Shape& shape : kShapes) {
    CAPTURE(shape.name);
    const Model model({.config = shape.config});
    const Network network = model.network(best_simd_level());
    const std::size_t count = 3 * shape.config.context + 7;
    const Logits expected = run(network, {}, 1, count, 1);
    for (const std::uint32_t rows : {1U, 3U, 16U, 64U})
      for (const unsigned threads : {1U, 2U, 5U}) {
        CAPTURE(rows);
        CAPTURE(threads);
        CHECK(run(network, {.rows = rows, .threads = threads}, 1, count, 11) == expected);
        CHECK(run(network, {.rows = rows, .threads = threads}, 1, count, count) == expected);
      }
  }
}

TEST_CASE("streams do not see each other, in whatever order their rows come") {
  const Model model({.config = kShapes[0].config});
  const Network network = model.network(best_simd_level());
  const std::uint32_t vocabulary = network.config().vocabulary;
  constexpr std::uint32_t kStreams = 5;
  constexpr std::size_t kTokens = 100;
  std::vector<Logits> expected;
  std::vector<std::vector<std::uint32_t>> texts;
  for (std::uint32_t s = 0; s < kStreams; ++s) {
    expected.push_back(run(network, {}, s, kTokens, 1));
    texts.push_back(test::seeded_tokens(s, vocabulary, kTokens));
  }
  State state = make_state(network, {.streams = kStreams, .rows = 7, .threads = 2});
  test::SplitMix64 random(9);
  std::vector<std::size_t> next(kStreams);
  for (int call = 0; call < 20; ++call) {
    std::vector<Row> rows;
    for (int i = 0; i < 40; ++i) {
      const auto s = static_cast<std::uint32_t>(random.between(0, kStreams - 1));
      if (next[s] < kTokens) rows.push_back({s, texts[s][next[s]++]});
    }
    Logits logits(rows.size() * vocabulary);
    std::vector<std::size_t> at = next;
    for (const Row& row : rows) --at[row.stream];
    state.forward(rows, logits);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const std::size_t i = at[rows[r].stream]++;
      const Logits& of = expected[rows[r].stream];
      CHECK(std::equal(logits.begin() + static_cast<std::ptrdiff_t>(r * vocabulary),
                       logits.begin() + static_cast<std::ptrdiff_t>((r + 1) * vocabulary),
                       of.begin() + static_cast<std::ptrdiff_t>(i * vocabulary)));
    }
  }
  CHECK(*std::ranges::min_element(next) > 90);
}

TEST_CASE("a stream begins anew after a reset, and other streams go on") {
  const Model model({.config = kShapes[1].config});
  const Network network = model.network(best_simd_level());
  const std::uint32_t vocabulary = network.config().vocabulary;
  State state = make_state(network, {.streams = 2});
  Logits first(2 * vocabulary);
  Logits second(2 * vocabulary);
  const Row rows[] = {{0, 3}, {1, 4}};
  state.forward(rows, first);
  CHECK(state.position(0) == 1);
  state.reset(0);
  state.forward(rows, second);
  CHECK(state.position(1) == 2);
  CHECK(std::equal(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(vocabulary),
                   second.begin()));
  CHECK_FALSE(first == second);
  state.reset();
  state.forward(rows, {});  // without logits, the tokens count as well
  CHECK(state.position(0) == 1);
}

TEST_CASE("a window may be shorter than the context, and a full one moves") {
  const Model model({.config = kShapes[0].config});
  const Network network = model.network(best_simd_level());
  const Logits expected = run(network, {}, 0, 60, 1);
  const Logits shorter = run(network, {.window = 20}, 0, 60, 1);
  const std::size_t same = std::size_t{20} * network.config().vocabulary;
  CHECK(std::equal(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(same),
                   shorter.begin()));
  CHECK_FALSE(expected == shorter);
  State state = make_state(network, {.window = 20});
  const std::vector<Row> rows(21, Row{0, 1});
  state.forward(rows, {});
  CHECK(state.position(0) == 13);  // 4 of 20 are kept, 8 dropped, one is new
}

TEST_CASE("random logits are spread: the comparison is worth something") {
  const Model model({.config = kShapes[0].config});
  const Logits logits = run(model.network(SimdLevel::scalar), {}, 0, 20, 1);
  double square = 0;
  for (const std::int32_t logit : logits) square += static_cast<double>(logit) * logit;
  square /= static_cast<double>(logits.size());
  CHECK(square > 65536.0 * 65536.0 / 4);    // half an octave
  CHECK(square < 65536.0 * 65536.0 * 400);  // twenty
}

TEST_CASE("cumulative frequencies are the sums of the logits' frequencies") {
  const Model model({.config = kShapes[0].config});
  for (const SimdLevel level : supported_simd_levels()) {
    const Network network = model.network(level);
    Logits logits(2500, -400000);
    logits[1] = 65536;
    logits[2499] = 0;
    std::vector<std::uint64_t> cumulative(logits.size() + 1);
    network.cumulative_frequencies(logits, cumulative);
    CHECK(cumulative[0] == 0);
    CHECK(cumulative[2] - cumulative[1] == 4294836225);
    CHECK(cumulative[2500] - cumulative[2499] == 2147418112);
    const std::uint64_t low = cumulative[1];
    CHECK(low == frequency(465536, model.weights.exp2));
    CHECK(cumulative[2499] == 4294836225 + 2498 * low);
  }
}

TEST_CASE("logits stay what they were when the semantics were defined") {
  const Model gated({.config = kShapes[0].config});
  CHECK(test::fnv1a(run(gated.network(best_simd_level()), {}, 0, 100, 10)) == 3208561282556322468U);
  const Model learned({.config = kShapes[2].config});
  CHECK(test::fnv1a(run(learned.network(best_simd_level()), {}, 0, 50, 10)) ==
        11701157926274717802U);
}

TEST_CASE("sizes that a state cannot have are refused") {
  const Model model({.config = kShapes[0].config});
  const Network network = model.network(SimdLevel::scalar);
  CHECK(network.stream_bytes(40) == 4 * 2 * 2 * 16 * 48);
  for (const StateOptions& options :
       {StateOptions{.streams = 0}, StateOptions{.streams = 5000}, StateOptions{.window = 15},
        StateOptions{.window = 49}, StateOptions{.rows = 0}, StateOptions{.rows = 2000},
        StateOptions{.threads = 0}, StateOptions{.threads = 1000}}) {
    const auto state = State::create(network, options);
    REQUIRE_FALSE(state.has_value());
    CHECK(state.error().code == ErrorCode::invalid_argument);
    CHECK(test::is_well_styled(state.error().message));
  }
}

}  // namespace
}  // namespace czip::llm
