// The parts of the predictor put together: which input is which, which weights are chosen, how fast
// they learn, and which decisions a token takes. The parts have tests of their own.
#include "czip/codec/v2/coding/predictor.hpp"

#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "czip/engine/v2/adaptive_probability.hpp"
#include "support/logistic.hpp"
#include "support/small_trees.hpp"

namespace czip::v2 {
namespace {

constexpr std::int32_t kOne = 65536;  // weights are Q16
constexpr std::size_t kInputs = 16;
constexpr std::size_t kBiasInput = 12;
constexpr std::size_t kCandidate = 0;  // the mixers
constexpr std::size_t kTree = 1;

// Where each of the five sets of weights begins.
constexpr std::array<std::array<std::size_t, 5>, 2> kSetBegin{
    {{0, 360, 528, 784, 1808}, {0, 768, 832, 1216, 2240}}};

// The probabilities of all maps of a list, and of a match: 0.75 and more.
constexpr std::uint32_t list_probability(std::uint32_t list) { return 3'200'000 + 20'000 * list; }
constexpr std::uint32_t match_probability(std::uint32_t model) {
  return 3'500'000 + 20'000 * model;
}

// A few lists, and the selectors of the last profile.
constexpr Profile kProfile{.lists = 6, .prior = 3, .selectors = 5, .network = true};

// A predictor with weights of 0 and the maps above, whatever they have seen.
TrainedState silent_state() {
  TrainedState state;
  for (std::size_t m = 0; m < kMixers; ++m) {
    state.weights[m].assign(weight_sets(m, kProfile.selectors) * kInputs, 0);
    state.final_weights[m].assign(kFinalWeightSets[m] * kInputGroup, 0);
  }
  for (std::uint32_t i = 0; i < kProfile.lists; ++i)
    state.list_maps.insert(state.list_maps.end(), kSuccessorStates, list_probability(i) << 10);
  for (std::uint32_t m = 0; m < kMatchInputs; ++m)
    state.match_maps.insert(state.match_maps.end(), kMatchStates, match_probability(m) << 10);
  return state;
}

class Fixture {
 public:
  explicit Fixture(CodeTree tree = test::tree_of_16())
      : tree_(std::move(tree)), prior_(Prior::create(order0(tree_.size()), {}).value()) {}

  // Row `row` of a mixer's set `set` gives 512, and the final weights use only set `set`.
  void listen_to(std::size_t mixer, std::size_t set, std::size_t row) {
    state.weights[mixer][(kSetBegin[mixer][set] + row) * kInputs + kBiasInput] = 2 * kOne;
    for (std::size_t f = 0; f < kFinalWeightSets[mixer]; ++f)
      state.final_weights[mixer][f * kInputGroup + set] = kOne;
  }

  // Counts from here on.
  void start() {
    predictor_.emplace(PredictorTables{&test::logistic(), &tree_, &prior_}, kProfile, state,
                       TableSizes::for_text(1000, kProfile), best_simd_level());
  }
  void append(std::uint32_t rank, std::string_view bytes) { stream_.history.append(rank, bytes); }
  void begin() { predictor_->begin_token(stream_); }
  std::uint32_t predict(std::int32_t network = 0) { return predictor_->predict(network); }
  void code(bool bit) {
    static_cast<void>(predict());
    predictor_->update(bit);
  }
  void token(std::uint32_t rank, std::string_view bytes) {
    begin();
    while (!predictor_->decided()) code(predictor_->decision().bit(rank));
    CHECK(predictor_->rank() == rank);
    predictor_->end_token(bytes);
  }
  Predictor& predictor() { return *predictor_; }

 private:
  // The ranks of the lower half have a quarter of all, those of the upper three quarters: the
  // likeliest is the first of these.
  static std::vector<std::uint32_t> order0(std::uint32_t size) {
    std::vector<std::uint32_t> order0(size, (1u << 30) / size);
    for (std::uint32_t r = size / 2; r < size; ++r) order0[r] = 3 * ((1u << 30) / size);
    return order0;
  }

  CodeTree tree_;
  Prior prior_;
  std::optional<Predictor> predictor_;
  Stream stream_{0, History(100), {}, {}, 0};

 public:
  TrainedState state = silent_state();
};

std::uint32_t p_of(std::int32_t mixed) { return test::logistic().squash(mixed); }

// Tokens 1 to 6 and 9 and again 1 to 6, the last of them with other bytes than the first time: its
// rank is known, its word is not. What was learned before the next token is far from where tests
// look: in other rows and other maps. The candidate has been 8, the likeliest of order 0, but for
// the second 2 to 6, which all lists and the short match expect.
void code_twice(Fixture& f) {
  constexpr std::string_view kBytes = "abcdef";
  for (std::uint32_t rank = 1; rank <= 6; ++rank) f.token(rank, kBytes.substr(rank - 1, 1));
  f.token(9, "g");
  for (std::uint32_t rank = 1; rank <= 5; ++rank) f.token(rank, kBytes.substr(rank - 1, 1));
  f.token(6, "z");
  f.begin();
}

CodeTree chain_of_61() {
  // Token 60 takes 60 ones.
  std::vector<std::uint16_t> chain;
  for (std::uint16_t split = 1; split <= 60; ++split) chain.push_back(split);
  return test::tree_of(chain);
}

}  // namespace

TEST_CASE("tables are as large as the text asks for") {
  const auto sizes = [](std::uint64_t bytes, std::size_t profile) {
    const TableSizes s = TableSizes::for_text(bytes, kProfiles[profile]);
    return std::array<std::uint32_t, 3>{s.lists_log2, s.counters_log2, s.matches_log2};
  };
  using Sizes = std::array<std::uint32_t, 3>;
  // g = min(22, max(12, bits(6 n))): min(g, 20) - 2, g - 3; 3/8 of 3, 8 or 16 lists for each byte
  CHECK(sizes(0, 2) == Sizes{12, 10, 9});
  CHECK(sizes(682, 2) == Sizes{12, 10, 9});      // 4092 has 12 bits
  CHECK(sizes(683, 2) == Sizes{13, 11, 10});     // 4098
  CHECK(sizes(87381, 2) == Sizes{19, 17, 16});   // 524286
  CHECK(sizes(87382, 2) == Sizes{20, 18, 17});   // 524292
  CHECK(sizes(174763, 2) == Sizes{21, 18, 18});  // 1048578
  CHECK(sizes(349526, 2) == Sizes{22, 18, 19});  // 2097156
  CHECK(sizes(std::uint64_t{64} << 20, 2) == Sizes{22, 18, 19});
  CHECK(sizes(174763, 1) == Sizes{20, 18, 18});  // 524289
  CHECK(sizes(174763, 0) == Sizes{18, 18, 18});  // 196608
  CHECK(sizes(683, 0) == Sizes{12, 11, 10});     // 768
  CHECK(sizes(std::uint64_t{64} << 20, 0) == Sizes{22, 18, 19});
}

TEST_CASE("the inputs of a profile stand in a row") {
  const InputLayout fast(kProfiles[0]);
  CHECK(std::array{fast.prior, fast.matches, fast.counters, fast.bias, fast.total} ==
        std::array<std::size_t, 5>{3, 6, 8, 9, 16});
  CHECK_FALSE(fast.network.has_value());
  CHECK_FALSE(fast.recurrent.has_value());
  const InputLayout light(kProfiles[1]);
  CHECK(std::array{light.prior, light.matches, light.counters, light.bias, light.total} ==
        std::array<std::size_t, 5>{8, 11, 13, 14, 16});
  CHECK_FALSE(light.network.has_value());
  CHECK(light.recurrent == 15U);
  const InputLayout normal(kProfiles[2]);
  CHECK(std::array{normal.prior, normal.matches, normal.counters, normal.bias, normal.total} ==
        std::array<std::size_t, 5>{16, 19, 21, 25, 32});
  CHECK(normal.network == 26U);
  CHECK(normal.recurrent == 27U);
}

TEST_CASE("every input of the candidate's mixer has its number") {
  // What is known before the token after the second 1 to 6. The candidate is 9.
  std::vector<std::int32_t> expected(kInputs, 0);
  // Lists 0 to 4 know 6, 56, 456, 3456 and 123456; list 5 has the word, which is new. The maps
  // of orders 1 to 4 have learned that the second 2 to 6, 3 to 6, 4 to 6, 5 and 6 came as expected.
  for (std::uint32_t i = 0; i < 5; ++i) {
    AdaptiveProbability map(list_probability(i) << 10);
    for (std::uint32_t seen = i; i < 4 && seen < 5; ++seen) map.update(true, 255);
    expected[i] = test::stretch(map.p());
  }
  // Order 0 of the prior: 3 of 32 parts are 9's: 4194303 * 3 / 32 = 393215.9. There are no orders.
  expected[6] = test::stretch(393'215);
  expected[9] = test::stretch(match_probability(0));
  expected[10] = test::stretch(match_probability(1));
  expected[11] = 1;  // 9 was no candidate before
  expected[12] = 256;
  expected[13] = -77;  // the network's
  for (std::size_t input = 0; input < kInputs; ++input) {
    CAPTURE(input);
    Fixture f;
    // Set 2 by the last byte, "z", which no token has had before; the final set by five hits in a
    // row and the long match, which is new.
    const std::size_t row = kSetBegin[kCandidate][2] + 'z';
    f.state.weights[kCandidate][row * kInputs + kBiasInput] = 2 * kOne;  // away from the middle
    f.state.weights[kCandidate][row * kInputs + input] += kOne;
    f.state.final_weights[kCandidate][(7 * 4 + 2) * kInputGroup + 2] = kOne;
    f.start();
    code_twice(f);
    REQUIRE(f.predictor().decision().is_candidate);
    REQUIRE(f.predictor().decision().candidate == 9);
    CHECK(f.predict(-77) == p_of(512 + expected[input]));
  }
}

TEST_CASE("every input of the tree's mixer has its number") {
  // The same, after it was not 9, at the root, whose split is 8: lists and matches say nothing.
  std::vector<std::int32_t> expected(kInputs, 0);
  // 24 parts past the split without 9's 3, and 8 below: 4194303 * 21 / 29 = 3037253.9
  expected[6] = test::stretch(3'037'253);
  // Order 0: the root has seen six zeros, a one and a zero, because the second 2 to 6 were
  // candidates. There are no hashed counters.
  std::int64_t q = 1 << 21;
  for (std::int64_t n = 0; n < 8; ++n)
    q += (((n == 6 ? 4194303 : 0) - q) * (131072 / (2 * n + 3))) >> 16;
  expected[11] = test::stretch(static_cast<std::uint64_t>(q));
  expected[12] = 256;
  expected[13] = -77;
  const auto output = [](std::optional<std::size_t> input) {
    Fixture f;
    // Set 3 by the last byte. At no root has it said anything before, because each had another last
    // byte; so the final weight is what it was. What other sets say is the same for all inputs.
    const std::size_t row = kSetBegin[kTree][3] + 4 * 'z';
    if (input) f.state.weights[kTree][row * kInputs + *input] = kOne;
    f.state.final_weights[kTree][3] = kOne;
    f.start();
    code_twice(f);
    f.code(false);
    REQUIRE_FALSE(f.predictor().decision().is_candidate);
    static_cast<void>(f.predict(-77));
    return f.predictor().mixer().output();
  };
  const std::int32_t of_others = output({});
  for (std::size_t input = 0; input < kInputs; ++input) {
    CAPTURE(input);
    CHECK(output(input) == of_others + expected[input]);
  }
}

TEST_CASE("the tree's weights are chosen by the path") {
  Fixture root;
  root.listen_to(kTree, 0, 1);
  root.start();
  root.begin();
  root.code(false);
  CHECK(root.predict() == p_of(512));
  Fixture below;
  below.listen_to(kTree, 0, 0b110);
  below.start();
  below.begin();
  below.code(false);
  below.code(true);
  below.code(false);
  CHECK(below.predict() == p_of(512));
}

TEST_CASE("the tree's weights are chosen by depth and active lists where the path is long") {
  const auto p_at = [](std::optional<std::size_t> row, int depth,
                       const std::vector<std::uint32_t>& before) {
    Fixture f(chain_of_61());
    f.listen_to(kTree, 0, row.value_or(767));  // 767 is for 20 active lists
    f.start();
    for (const std::uint32_t rank : before) f.token(rank, "a");  // one word, which is always new
    f.begin();
    f.code(false);
    for (int i = 0; i < depth; ++i) f.code(true);
    return f.predict();
  };
  // The row makes a difference.
  const auto chosen = [&](std::size_t row, int depth,
                          const std::vector<std::uint32_t>& before = {}) {
    return p_at(row, depth, before) != p_at({}, depth, before);
  };
  CHECK(chosen(255, 7));
  CHECK(chosen(256 + 16 * 8, 8));
  CHECK_FALSE(chosen(256 + 16 * 9, 8));
  CHECK(chosen(256 + 16 * 29, 29));
  // The candidate is 30. The node that it is alone on one side of takes no bit, so that the 30th
  // bit leads to depth 31.
  CHECK(chosen(256 + 16 * 31, 30));
  CHECK(chosen(256 + 16 * 31, 40));
  CHECK_FALSE(chosen(256 + 16 * 31 + 1, 40));
  // The lists of the last token and of the last two know two tokens and more, one of which is the
  // candidate: 2 * 3 // 4 = 1.
  const std::vector<std::uint32_t> before{60, 60, 50, 60, 60, 51, 60, 60};
  CHECK(chosen(256 + 16 * 8 + 1, 8, before));
  CHECK_FALSE(chosen(256 + 16 * 8 + 2, 8, before));
}

TEST_CASE("the tree's weights are chosen by matches, orders, the last byte and the last token") {
  const auto p_with = [](std::size_t set, std::size_t row) {
    Fixture f;
    f.listen_to(kTree, set, row);
    f.start();
    for (const std::uint32_t rank : {1u, 2u, 3u, 4u, 5u, 6u}) f.append(rank, "a");
    f.append(8, "z");
    f.begin();
    f.code(false);
    return f.predict();
  };
  // No match, depth 0; no list is active, no prior; the last byte and token.
  CHECK(p_with(1, 0) == p_of(512));
  CHECK(p_with(2, 0) == p_of(512));
  CHECK(p_with(3, 4 * 'z') == p_of(512));
  CHECK(p_with(4, 8 >> 3) == p_of(512));
  CHECK(p_with(3, 4 * 'z' + 1) == p_of(0));
  CHECK(p_with(4, 0) == p_of(0));
  Fixture last;
  last.listen_to(kTree, 4, (8191 >> 3) % 1024);
  last.start();
  last.append(8191, "x");
  last.begin();
  last.code(false);
  CHECK(last.predict() == p_of(512));
  Fixture none;
  none.listen_to(kTree, 4, (65535 >> 3) % 1024);  // no token yet
  none.start();
  none.begin();
  none.code(false);
  CHECK(none.predict() == p_of(512));
}

TEST_CASE("the candidate's weights are chosen by matches, orders and votes, bytes and tokens") {
  const auto p_with = [](std::size_t set, std::size_t row) {
    Fixture f;
    f.listen_to(kCandidate, set, row);
    f.start();
    code_twice(f);
    return f.predict();
  };
  // The long match has 6 tokens, class 2, both expect the candidate, 2 and 2, and the last three
  // candidates were right: ((2 * 3 + 2) * 3 + 2) * 8 + 7.
  CHECK(p_with(0, 215) == p_of(512));
  // Order 6 of the lists, none of the prior; five lists and two matches have the candidate, class
  // 1: 6 * 6 * 4 + 1.
  CHECK(p_with(1, 145) == p_of(512));
  CHECK(p_with(2, 'z') == p_of(512));
  // Without a text that shares rows: the candidate of order 0 is 30, of the tree of 61 tokens.
  const auto p_first = [](std::size_t set, std::size_t row, std::optional<std::uint32_t> last) {
    Fixture f(chain_of_61());
    f.listen_to(kCandidate, set, row);
    f.start();
    if (last) f.append(*last, "x");
    f.begin();
    CHECK(f.predictor().decision().candidate == 30);
    return f.predict();
  };
  CHECK(p_first(3, 30 >> 3, {}) == p_of(512));
  CHECK(p_first(3, (30 >> 3) + 1, {}) == p_of(0));
  CHECK(p_first(4, 60 >> 3, 60) == p_of(512));
  CHECK(p_first(4, (8191 >> 3) % 1024, 8191) == p_of(512));
  CHECK(p_first(4, (65535 >> 3) % 1024, {}) == p_of(512));  // no token yet
  CHECK(p_first(4, 0, 60) == p_of(0));
}

TEST_CASE("the tree's final weights are chosen by depth and the long match") {
  const auto p_with = [](std::size_t final_row, const std::vector<bool>& bits) {
    Fixture f;
    for (std::size_t row = 0; row < 768; ++row)
      f.state.weights[kTree][row * kInputs + kBiasInput] = 2 * kOne;
    f.state.final_weights[kTree][final_row * kInputGroup] = kOne;
    f.start();
    f.begin();
    f.code(false);
    for (const bool bit : bits) f.code(bit);
    return f.predict();
  };
  CHECK(p_with(0, {}) == p_of(512));
  CHECK(p_with(4, {true}) == p_of(512));
  CHECK(p_with(8, {true, true}) == p_of(512));
  CHECK(p_with(12, {true, true, true}) == p_of(512));
  CHECK(p_with(1, {}) == p_of(0));
}

TEST_CASE("the candidate's final weights are chosen by the last hits and the long match") {
  const auto p_with = [](std::size_t final_row, const std::vector<bool>& hits) {
    Fixture f;
    for (std::size_t row = 0; row < 360; ++row)
      f.state.weights[kCandidate][row * kInputs + kBiasInput] = 2 * kOne;
    f.state.final_weights[kCandidate][final_row * kInputGroup] = kOne;
    f.start();
    for (const bool hit : hits) f.token(hit ? 8 : 9, "a");  // nothing else votes while it is new
    f.begin();
    return f.predict();
  };
  CHECK(p_with(0, {}) == p_of(512));
  CHECK(p_with(4, {}) == p_of(0));
  CHECK(p_with(4, {true}) == p_of(512));
  CHECK(p_with(0, {true}) == p_of(0));
}

TEST_CASE("the first layer learns at a rate that falls from 200 to 80") {
  const auto learned = [](std::uint32_t tokens) {
    Fixture f;
    f.start();
    for (std::uint32_t i = 0; i < tokens; ++i) f.append(1, "a");
    f.begin();
    f.code(false);
    f.code(true);
    const TrainedState state = f.predictor().trained_state();
    // Both mixers were 32768 of 65536 off, to either side.
    CHECK(state.weights[kCandidate][kBiasInput] == -state.weights[kTree][1 * kInputs + kBiasInput]);
    return state.weights[kTree][1 * kInputs + kBiasInput];
  };
  // 80 + 491520 // (4096 + N), and by this (256 * (131072 * rate >> 10) + 8192) >> 14 = 2 * rate.
  CHECK(learned(0) == 2 * 200);
  CHECK(learned(1) == 2 * 199);     // 119.97
  CHECK(learned(1000) == 2 * 176);  // 96.45
  CHECK(learned(4096) == 2 * 140);
  CHECK(learned(61440) == 2 * 87);  // 7.5
}

TEST_CASE("the mixers learn each its own decisions") {
  Fixture f;
  f.start();
  f.begin();
  f.code(false);
  const TrainedState first = f.predictor().trained_state();
  CHECK(first.weights[kCandidate] != f.state.weights[kCandidate]);
  CHECK(first.weights[kTree] == f.state.weights[kTree]);
  f.code(true);
  const TrainedState second = f.predictor().trained_state();
  CHECK(second.weights[kCandidate] == first.weights[kCandidate]);
  CHECK(second.weights[kTree] != first.weights[kTree]);
}

TEST_CASE("a probability comes close to both ends") {
  const auto p_with = [](std::int32_t weight) {
    Fixture f;
    f.state.weights[kCandidate][kBiasInput] = weight;
    f.state.final_weights[kCandidate][0] = 7 * kOne;
    f.start();
    f.begin();
    return f.predict();
  };
  CHECK(p_with(-7 * kOne) == 1);
  CHECK(p_with(7 * kOne) == 4'194'303);
}

TEST_CASE("a predictor that begins again predicts as a new one does") {
  // The probabilities of a text's decisions, after `texts` others.
  const auto probabilities = [](int texts, std::uint64_t bytes_before) {
    const CodeTree tree = test::tree_of_16();
    const std::vector<std::uint32_t> order0(16, 1u << 28);
    const Prior prior = Prior::create(order0, {}).value();
    const PredictorTables tables{&test::logistic(), &tree, &prior};
    Predictor predictor(best_simd_level());
    std::vector<std::uint32_t> all;
    for (int text = 0; text <= texts; ++text) {
      all.clear();
      // Other profiles before, with more lists and with counters.
      const Profile& profile = kProfiles[text < texts ? 2 : 1];
      predictor.reset(tables, profile, TrainedState::initial(profile),
                      TableSizes::for_text(text < texts ? bytes_before : 1000, profile));
      Stream stream{0, History(100), {}, {}, 0};
      for (std::uint32_t i = 0; i < 100; ++i) {
        const std::uint32_t rank = i * i % 11 + i % 3;
        predictor.begin_token(stream);
        while (!predictor.decided()) {
          all.push_back(predictor.predict(0));
          predictor.update(predictor.decision().bit(rank));
        }
        predictor.end_token(i % 9 == 8 ? "\n" : "a,");
      }
    }
    return all;
  };
  const auto fresh = probabilities(0, 0);
  REQUIRE(fresh.size() > 100);
  CHECK(probabilities(1, 1000) == fresh);
  CHECK(probabilities(2, 1'000'000) == fresh);  // from larger tables
  CHECK(probabilities(2, 10) == fresh);         // from smaller ones
}

}  // namespace czip::v2
