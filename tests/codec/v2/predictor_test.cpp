// The parts of the predictor put together: which input is which, which weights are chosen, how fast
// they learn, and how the last probability is made. The parts have tests of their own.
#include "czip/codec/v2/coding/predictor.hpp"

#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "support/linear_logistic.hpp"
#include "support/small_trees.hpp"

namespace czip::v2 {
namespace {

constexpr std::int32_t kOne = 65536;  // weights are Q16
constexpr std::size_t kInputs = 24;   // profile 0, the smallest: 8 lists

// Where each of the five sets of weights begins.
constexpr std::array<std::size_t, 5> kSetBegin{0, 768, 832, 1216, 2240};

// A predictor with weights of 0, the maps that the comments here state, and a secondary estimation
// that changes nothing.
TrainedState silent_state(const CodeTree& tree, const Logistic& logistic) {
  TrainedState state;
  state.weights.assign(kWeightSets * kInputs, 0);
  state.final_weights.assign(kFinalWeightSets * kInputGroup, 0);
  // List i gives 300 + i, the long match 400 and the short one 401, whatever they have seen.
  for (std::uint32_t i = 0; i < 8; ++i) {
    state.list_maps.insert(state.list_maps.end(), kSuccessorStates,
                           test::state_showing_probability(2047 + 300 + i));
  }
  for (std::uint32_t m = 0; m < 2; ++m) {
    state.match_maps.insert(state.match_maps.end(), kMatchStates,
                            test::state_showing_probability(2047 + 400 + m));
  }
  state.apm.resize(tree.size() * kApmPoints);
  set_identity(state.apm, logistic);
  return state;
}

class Fixture {
 public:
  explicit Fixture(CodeTree tree = test::tree_of_16())
      : tree_(std::move(tree)),
        prior_(Prior::create(order0(tree_.size()), {}).value()),
        state(silent_state(tree_, logistic_)) {}

  // Row `row` of set `set` gives 512, and the final weights use only set `set`.
  void listen_to(std::size_t set, std::size_t row) {
    state.weights[(kSetBegin[set] + row) * kInputs + kBiasInput] = 2 * kOne;
    for (std::size_t f = 0; f < kFinalWeightSets; ++f) {
      state.final_weights[f * kInputGroup + set] = kOne;
    }
  }

  // Counts from here on.
  void start() {
    predictor_.emplace(PredictorTables{&logistic_, &tree_, &prior_}, kProfiles[0], state,
                       TableSizes::for_text(1000), SimdLevel::scalar);
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
    while (!predictor_->decided()) code(rank >= predictor_->split());
    CHECK(predictor_->rank() == rank);
    predictor_->end_token(bytes);
  }
  Predictor& predictor() { return *predictor_; }

 private:
  // The ranks of the lower half have a quarter of all, those of the upper three quarters.
  static std::vector<std::uint32_t> order0(std::uint32_t size) {
    std::vector<std::uint32_t> order0(size, (1u << 30) / size);
    for (std::uint32_t r = size / 2; r < size; ++r) order0[r] = 3 * ((1u << 30) / size);
    return order0;
  }

  Logistic logistic_ = test::linear_logistic();
  CodeTree tree_;
  Prior prior_;
  std::optional<Predictor> predictor_;
  Stream stream_{0, History(100), {}};

 public:
  TrainedState state;
};

// With the linear table, and while its points have not learned, the final probability of a mixed
// value m is 32768 + 16 * m: (2 * squash(m) + the same twice + 2) // 4.
constexpr std::uint32_t p_of(std::int32_t mixed) {
  return static_cast<std::uint32_t>(32768 + 16 * mixed);
}

// Tokens 1 to 6 and 9 and again 1 to 6, the last of them with other bytes than the first time: its
// rank is known, its word is not. What was learned before the next token is far from where tests
// look: in other rows, other maps, and about the middle of the secondary estimation.
void code_twice(Fixture& f) {
  constexpr std::string_view kBytes = "abcdef";
  for (std::uint32_t rank = 1; rank <= 6; ++rank) f.token(rank, kBytes.substr(rank - 1, 1));
  f.token(9, "g");
  for (std::uint32_t rank = 1; rank <= 5; ++rank) f.token(rank, kBytes.substr(rank - 1, 1));
  f.token(6, "z");
  f.begin();
}

}  // namespace

TEST_CASE("tables are as large as the text asks for") {
  const auto sizes = [](std::uint64_t bytes) {
    const TableSizes s = TableSizes::for_text(bytes);
    return std::array<std::uint32_t, 4>{s.lists_log2, s.counters_log2, s.matches_log2, s.apm_log2};
  };
  using Sizes = std::array<std::uint32_t, 4>;
  // g = min(22, max(12, bits(6 n))): g, min(g, 20) - 2, g - 3, min(g, 20) - 4
  CHECK(sizes(0) == Sizes{12, 10, 9, 8});
  CHECK(sizes(682) == Sizes{12, 10, 9, 8});       // 4092 has 12 bits
  CHECK(sizes(683) == Sizes{13, 11, 10, 9});      // 4098
  CHECK(sizes(87381) == Sizes{19, 17, 16, 15});   // 524286
  CHECK(sizes(87382) == Sizes{20, 18, 17, 16});   // 524292
  CHECK(sizes(174763) == Sizes{21, 18, 18, 16});  // 1048578
  CHECK(sizes(349526) == Sizes{22, 18, 19, 16});  // 2097156
  CHECK(sizes(std::uint64_t{64} << 20) == Sizes{22, 18, 19, 16});
}

TEST_CASE("profiles have 8, 16 and 20 lists, and their inputs come in groups of 8") {
  CHECK(kProfiles[0].lists == 8);
  CHECK(kProfiles[0].inputs() == 24);
  CHECK(kProfiles[1].lists == 16);
  CHECK(kProfiles[1].inputs() == 32);  // 30
  CHECK(kProfiles[2].lists == 20);
  CHECK(kProfiles[2].inputs() == 40);  // 34
}

TEST_CASE("every input has its number") {
  // What is known before the token after the second 1 to 6, at the root, whose split is 8:
  std::vector<std::int32_t> expected(kInputs, 0);
  // Order 0: six zeros, a one, six zeros; q = 388381 (by the recurrence below), 6068 in Q16,
  // stretched 379 - 2047. Orders 1 and 2 have seen 9 once, a one; the word is new.
  std::int64_t q = 1 << 21;
  for (std::int64_t n = 0; n < 13; ++n) {
    q += (((n == 6 ? 4194303 : 0) - q) * (131072 / (2 * n + 3))) >> 16;
  }
  CHECK(q == 388381);
  expected[0] = 379 - 2047;
  expected[1] = expected[2] = 1366;
  expected[3] = 1;
  // Order 0 of the prior: 3 * 2^38 of 2^40 is in the upper half: 49151, stretched 3071 - 2047.
  expected[4] = 1024;
  // 5 to 9: there are no orders. Both matches expect 9, a one.
  expected[10] = 400;
  expected[11] = 401;
  expected[12] = 256;
  expected[13] = -77;  // the network's
  // Lists 0 to 4 know 6, 56, 456, 3456 and 123456; list 6 the line's start, list 7 nothing above.
  // List 5 has the word before.
  for (const std::int32_t i : {0, 1, 2, 3, 4, 6, 7}) {
    expected[static_cast<std::size_t>(14 + i)] = 300 + i;
  }
  for (std::size_t input = 0; input < kInputs; ++input) {
    CAPTURE(input);
    Fixture f;
    // Set 3 by the last byte, "z", which no token has had before; the final set by the long match.
    const std::size_t row = kSetBegin[3] + 4 * 'z';
    f.state.weights[row * kInputs + kBiasInput] = 2 * kOne;  // away from the middle
    f.state.weights[row * kInputs + input] += kOne;
    f.state.final_weights[2 * kInputGroup + 3] = kOne;
    f.start();
    code_twice(f);
    CHECK(f.predict(-77) == p_of(512 + expected[input]));
  }
}

TEST_CASE("weights are chosen by the path") {
  Fixture root;
  root.listen_to(0, 1);
  root.start();
  root.begin();
  CHECK(root.predict() == p_of(512));
  Fixture below;
  below.listen_to(0, 0b110);
  below.start();
  below.begin();
  below.code(true);
  below.code(false);
  CHECK(below.predict() == p_of(512));
}

TEST_CASE("weights are chosen by depth and active lists where the path is long") {
  // A tree of one chain: token 60 takes 60 ones.
  std::vector<std::uint16_t> chain;
  for (std::uint16_t split = 1; split <= 60; ++split) chain.push_back(split);
  const auto p_at = [&](std::optional<std::size_t> row, int depth, int tokens_before) {
    Fixture f(test::tree_of(chain));
    f.listen_to(0, row.value_or(767));  // 767 is for 20 active lists
    f.start();
    for (int i = 0; i < tokens_before; ++i) f.token(60, i == 0 ? "a" : "b");
    f.begin();
    for (int i = 0; i < depth; ++i) f.code(true);
    return f.predict();
  };
  // The row makes a difference. It is none that was chosen before, so it is chosen now.
  const auto chosen = [&](std::size_t row, int depth, int tokens_before) {
    return p_at(row, depth, tokens_before) != p_at({}, depth, tokens_before);
  };
  CHECK(chosen(255, 7, 0));
  CHECK(chosen(256 + 16 * 8, 8, 0));
  CHECK_FALSE(chosen(256 + 16 * 9, 8, 0));
  CHECK(chosen(256 + 16 * 30, 30, 0));
  CHECK(chosen(256 + 16 * 31, 31, 0));
  CHECK_FALSE(chosen(256 + 16 * 31 + 1, 31, 0));
  // The third token: lists 0, 6 and 7 know that 60 follows 60: 3 * 3 // 4 = 2.
  CHECK(chosen(256 + 16 * 8 + 2, 8, 2));
  CHECK_FALSE(chosen(256 + 16 * 8 + 1, 8, 2));
  CHECK_FALSE(chosen(256 + 16 * 8 + 3, 8, 2));
}

TEST_CASE("weights are chosen by matches, orders, the last byte and the last token") {
  const auto p_with = [](std::size_t set, std::size_t row) {
    Fixture f;
    f.listen_to(set, row);
    f.start();
    code_twice(f);
    return f.predict();
  };
  // Both matches have 6 tokens, class 2; the long one expects a 1, 2; depth 0: 4 * (3 * 2 + 2).
  CHECK(p_with(1, 32) == p_of(512));
  // The last active list of the first five is that of order 6; no prior; depth 0; 7 lists are
  // active: 2 * 4 * 6 * 6.
  CHECK(p_with(2, 288) == p_of(512));
  CHECK(p_with(3, 4 * 'z') == p_of(512));
  // The last token's rank is 6: (6 >> 3) mod 1024 = 0, a row that all tokens but the one after 9
  // have learned in. So the row is tried with another history.
  Fixture last;
  last.listen_to(4, (8191 >> 3) % 1024);
  last.start();
  last.append(8191, "x");
  last.begin();
  CHECK(last.predict() == p_of(512));
  Fixture none;
  none.listen_to(4, (65535 >> 3) % 1024);  // no token yet
  none.start();
  none.begin();
  CHECK(none.predict() == p_of(512));
}

TEST_CASE("the final weights are chosen by depth and the long match") {
  const auto p_with = [](std::size_t final_row, const std::vector<bool>& bits) {
    Fixture f;
    for (std::size_t row = 0; row < 768; ++row) {
      f.state.weights[row * kInputs + kBiasInput] = 2 * kOne;
    }
    f.state.final_weights[final_row * kInputGroup] = kOne;
    f.start();
    f.begin();
    for (const bool bit : bits) f.code(bit);
    return f.predict();
  };
  CHECK(p_with(0, {}) == p_of(512));
  CHECK(p_with(4, {true}) == p_of(512));
  CHECK(p_with(8, {true, false}) == p_of(512));
  CHECK(p_with(12, {true, false, true}) == p_of(512));
  CHECK(p_with(1, {}) == p_of(0));
}

TEST_CASE("the first layer learns at a rate that falls from 200 to 80") {
  const auto learned = [](std::uint32_t tokens) {
    Fixture f;
    f.start();
    for (std::uint32_t i = 0; i < tokens; ++i) f.append(1, "a");
    f.begin();
    f.code(true);
    return f.predictor().trained_state().weights[1 * kInputs + kBiasInput];
  };
  // 80 + 491520 // (4096 + N), and by this (256 * (32768 * rate >> 8) + 8192) >> 14 = 2 * rate.
  CHECK(learned(0) == 2 * 200);
  CHECK(learned(1) == 2 * 199);     // 119.97
  CHECK(learned(1000) == 2 * 176);  // 96.45
  CHECK(learned(4096) == 2 * 140);
  CHECK(learned(61440) == 2 * 87);  // 7.5
}

TEST_CASE("the final probability has two parts of the mixed one and one each of both maps") {
  Fixture f;  // all weights 0: what is mixed stays 0
  f.start();
  f.append(5, "a");
  f.begin();
  CHECK(f.predict() == 32768);
  f.code(true);
  // Point 16 of the root's map: 32768 + (32767 >> 7 = 255); of the hashed context's: + (32767 >> 6
  // = 511). (65536 + 33023 + 33279 + 2) // 4
  f.begin();
  CHECK(f.predict() == 32960);
  // After another token the hashed context is another: (65536 + 33023 + 32768 + 2) // 4 (.25)
  f.append(6, "a");
  f.begin();
  CHECK(f.predict() == 32832);
  f.code(true);
  // At node 12 neither map has learned.
  CHECK(f.predict() == 32768);
}

TEST_CASE("a predictor that begins again predicts as a new one does") {
  // The probabilities of a text's decisions, after `texts` others.
  const auto probabilities = [](int texts, std::uint64_t bytes_before) {
    const Logistic logistic = test::linear_logistic();
    const CodeTree tree = test::tree_of_16();
    const std::vector<std::uint32_t> order0(16, 1u << 28);
    const Prior prior = Prior::create(order0, {}).value();
    const PredictorTables tables{&logistic, &tree, &prior};
    const TrainedState state = TrainedState::initial(kProfiles[0], 16, logistic);
    Predictor predictor(SimdLevel::scalar);
    std::vector<std::uint32_t> all;
    for (int text = 0; text <= texts; ++text) {
      all.clear();
      predictor.reset(tables, kProfiles[0], state,
                      TableSizes::for_text(text < texts ? bytes_before : 1000));
      Stream stream{0, History(100), {}};
      for (std::uint32_t i = 0; i < 100; ++i) {
        const std::uint32_t rank = i * i % 11 + i % 3;
        predictor.begin_token(stream);
        while (!predictor.decided()) {
          all.push_back(predictor.predict(0));
          predictor.update(rank >= predictor.split());
        }
        predictor.end_token(i % 9 == 8 ? "\n" : "a,");
      }
    }
    return all;
  };
  const auto fresh = probabilities(0, 0);
  REQUIRE(fresh.size() == 400);
  CHECK(probabilities(1, 1000) == fresh);
  CHECK(probabilities(2, 1'000'000) == fresh);  // from larger tables
  CHECK(probabilities(2, 10) == fresh);         // from smaller ones
}

TEST_CASE("a probability comes close to both ends") {
  const auto p_with = [](std::uint16_t point, std::int32_t weight) {
    Fixture f;
    f.state.apm.assign(f.state.apm.size(), point);
    f.state.weights[1 * kInputs + kBiasInput] = weight;
    f.state.final_weights[0] = 7 * kOne;
    f.start();
    f.begin();
    return f.predict();
  };
  // mixed = -2815 or 2815; the linear table has 1 and 65535 there; the hashed map at -2047 has
  // (1 * 127 + 2048) >> 7 = 16, at 2047 65519.
  CHECK(p_with(0, -7 * kOne) == 5);         // (2 + 0 + 16 + 2) // 4
  CHECK(p_with(65535, 7 * kOne) == 65531);  // (131070 + 65535 + 65519 + 2) // 4
}

}  // namespace czip::v2
