#include "czip/codec/v2/coding/match_inputs.hpp"

#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <vector>

#include "support/logistic.hpp"
#include "support/small_trees.hpp"

namespace czip::v2 {
namespace {

constexpr std::size_t kLong = 0;   // wants 6 tokens
constexpr std::size_t kShort = 1;  // wants 3

// The probability of map s of both models' 320, below one half: an input says which map was asked.
constexpr std::uint32_t probability_of(std::size_t map) {
  return 6000 * (static_cast<std::uint32_t>(map) + 1);
}

std::vector<std::uint32_t> telling_maps() {
  std::vector<std::uint32_t> maps;
  for (std::size_t s = 0; s < kMatchInputs * kMatchStates; ++s) {
    maps.push_back(probability_of(s) << 10);
    // No two maps have the same stretched value, and none is 0 or more.
    REQUIRE(test::stretch(probability_of(s)) < test::stretch(probability_of(s + 1)));
    REQUIRE(test::stretch(probability_of(s)) < 0);
  }
  return maps;
}

// The map whose stretched value this is.
std::size_t map_of(std::int32_t stretched) {
  std::size_t map = 0;
  while (test::stretch(probability_of(map)) < stretched) ++map;
  REQUIRE(test::stretch(probability_of(map)) == stretched);
  return map;
}

struct Expectation {
  std::uint32_t state = 0;  // number of the map, of its model's
  bool bit = false;
  friend bool operator==(const Expectation&, const Expectation&) = default;
};

class Fixture {
 public:
  explicit Fixture(std::uint32_t table_log2 = 12, std::uint32_t stream_count = 2)
      : streams_(stream_count, Stream{History(100), {}, false}),
        matches_(table_log2, telling_maps()) {}

  // The stream's next token, which append() codes.
  void begin(std::uint32_t stream = 0) {
    matches_.prefetch(streams_[stream].history);
    matches_.begin_token(streams_[stream].history, stream, streams_[stream].positions);
    streams_[stream].begun = true;
    decision_ = test::at(root_node(tree_));
  }
  // The decision is about this candidate.
  void ask_for(std::uint32_t candidate) { decision_ = test::about(candidate); }
  void append(const std::vector<std::uint32_t>& ranks, std::uint32_t stream = 0) {
    for (const std::uint32_t rank : ranks) {
      if (!streams_[stream].begun) begin(stream);
      streams_[stream].history.append(rank, "x");
      streams_[stream].begun = false;
    }
  }
  // What model m expects at this decision, as its input shows.
  std::optional<Expectation> expects(std::size_t m) {
    std::array<std::int32_t, 2> inputs{9999, 9999};
    matches_.predict(decision_, test::logistic(), inputs);
    if (inputs[m] == 0) return {};
    // The maps' values are below 0 unless the expected bit is 0, which negates them.
    const bool bit = inputs[m] < 0;
    const std::size_t map = map_of(bit ? inputs[m] : -inputs[m]);
    return Expectation{static_cast<std::uint32_t>(map - m * kMatchStates), bit};
  }
  void code(bool bit) {
    std::array<std::int32_t, 2> inputs{};
    matches_.predict(decision_, test::logistic(), inputs);
    matches_.update(bit);
    decision_ = decision_.is_candidate
                    ? test::at(root_node(tree_), decision_.candidate)
                    : test::at(child_node(tree_, decision_.node, bit), decision_.candidate);
  }
  [[nodiscard]] const MatchInputs& matches() const { return matches_; }

 private:
  struct Stream {
    History history;
    MatchPositions positions;
    bool begun = false;
  };

  CodeTree tree_ = test::tree_of_16();
  std::vector<Stream> streams_;
  MatchInputs matches_;
  Decision decision_;
};

// Number 5 * length + 1 + class of depth, lengths below 16.
Expectation expectation(std::uint32_t length, std::uint32_t depth_class, bool bit) {
  return {5 * length + 1 + depth_class, bit};
}

}  // namespace

TEST_CASE("three tokens that came before expect what came after them") {
  Fixture matches;
  matches.append({1, 2, 3, 9, 1, 2});
  matches.begin();
  CHECK_FALSE(matches.expects(kShort).has_value());  // 9 1 2 is new
  matches.append({3});
  matches.begin();
  CHECK(matches.expects(kShort) == expectation(3, 0, true));  // 9 is past the split 8
  CHECK_FALSE(matches.expects(kLong).has_value());
  matches.code(true);
  CHECK(matches.expects(kShort) == expectation(3, 1, false));  // below 12
  matches.code(false);
  CHECK(matches.expects(kShort).has_value());        // below 10; the map has learned
  matches.code(true);                                // not 9
  CHECK_FALSE(matches.expects(kShort).has_value());  // 9 is not in 10, 11
}

TEST_CASE("a match grows by a token as long as it is right") {
  Fixture matches;
  matches.append({1, 2, 3, 9, 1, 2, 3});
  const std::vector<std::uint32_t> expected{9, 1, 2, 3, 9, 1};
  for (std::uint32_t i = 0; i < expected.size(); ++i) {
    matches.begin();
    CHECK(matches.expects(kShort) == expectation(3 + i, 0, expected[i] >= 8));
    matches.append({expected[i]});
  }
}

TEST_CASE("the long model wants six tokens") {
  Fixture matches;
  matches.append({1, 2, 3, 4, 5, 6, 9, 1, 2, 3, 4, 5});
  matches.begin();
  CHECK_FALSE(matches.expects(kLong).has_value());
  CHECK(matches.expects(kShort) == expectation(5, 0, false));
  matches.append({6});
  matches.begin();
  CHECK(matches.expects(kLong) == expectation(6, 0, true));
  CHECK(matches.expects(kShort) == expectation(6, 0, true));
}

TEST_CASE("of several places the latest counts, unless a match is going on") {
  Fixture matches;
  matches.append({1, 2, 3, 9, 1, 2, 3, 5, 1, 2, 3});
  matches.begin();
  CHECK(matches.expects(kShort) == expectation(3, 0, false));  // the 5 at position 7
  // 8 1 2 continues with 3. Then the latest place of 1 2 3 is before the 5, but the match
  // continues.
  Fixture longer;
  longer.append({8, 1, 2, 3, 9, 7, 1, 2, 3, 5, 4, 8, 1, 2});
  longer.begin();
  CHECK(longer.expects(kShort) == expectation(3, 0, false));
  longer.append({3});
  longer.begin();
  CHECK(longer.expects(kShort) == expectation(4, 0, true));  // 9
}

TEST_CASE("a match that was wrong is given up, and another place looked up") {
  Fixture matches;
  matches.append({1, 2, 3, 9, 4, 5, 6, 7, 1, 2, 3, 4});
  matches.begin();
  CHECK_FALSE(matches.expects(kShort).has_value());  // 4 came instead of 9, and 2 3 4 is new
  Fixture other;
  other.append({2, 3, 4, 11, 1, 2, 3, 9, 1, 2, 3, 4});
  other.begin();
  CHECK(other.expects(kShort) == expectation(3, 0, true));  // 11 after 2 3 4
}

TEST_CASE("lengths from 16 on are in classes of 4, up to 32") {
  const auto state_after = [](std::size_t repeated) {
    Fixture matches;
    std::vector<std::uint32_t> ranks;
    for (std::uint32_t i = 0; i < 40; ++i) ranks.push_back(i * i % 13 + (i % 3));
    std::vector<std::uint32_t> all(ranks);
    all.push_back(15);
    all.insert(all.end(), ranks.begin(), ranks.begin() + static_cast<std::ptrdiff_t>(repeated));
    matches.append(all);
    matches.begin();
    const auto expected = matches.expects(kLong);
    REQUIRE(expected.has_value());
    return expected->state;
  };
  CHECK(state_after(15) == 5 * 15 + 1);
  CHECK(state_after(16) == 5 * 16 + 1);
  CHECK(state_after(19) == 5 * 16 + 1);
  CHECK(state_after(20) == 5 * 17 + 1);
  CHECK(state_after(31) == 5 * 19 + 1);
  CHECK(state_after(32) == 5 * 20 + 1);
  CHECK(state_after(39) == 5 * 20 + 1);
}

TEST_CASE("classes of length, and what the long match expects, choose the mixer's weights") {
  Fixture matches;
  CHECK(matches.matches().max_length_class() == 0);
  const std::vector<std::uint32_t> text{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 9, 9};
  matches.append(text);
  for (std::uint32_t length = 0; length < 18; ++length) {
    CAPTURE(length);
    matches.begin();
    static_cast<void>(matches.expects(kLong));
    const std::uint32_t by_length = length < 4 ? 1 : length < 8 ? 2 : length < 16 ? 3 : 4;
    CHECK(matches.matches().max_length_class() == (length < 3 ? 0 : by_length));
    CHECK(matches.matches().long_length_class() == (length < 6 ? 0 : by_length));
    CHECK(matches.matches().stand(kLong) == (length < 6 ? 0 : text[length] >= 8 ? 2 : 1));
    CHECK(matches.matches().stand(kShort) == (length < 3 ? 0 : text[length] >= 8 ? 2 : 1));
    matches.append({text[length]});
  }
}

TEST_CASE("streams share the tables but take no other's place") {
  Fixture matches;
  matches.append({1, 2, 3, 9, 8}, 0);
  matches.append({1, 2, 3}, 1);
  matches.begin(1);
  CHECK_FALSE(matches.expects(kShort).has_value());  // the place is stream 0's
  // Stream 1 has put its own place there: stream 0 does not find its first one again.
  matches.append({1, 2, 3}, 0);
  matches.begin(0);
  CHECK_FALSE(matches.expects(kShort).has_value());
}

TEST_CASE("the map of a used match learns whether the match was right, with the limit 255") {
  Fixture matches;
  matches.append({1, 2, 3, 9, 1, 2, 3});
  const std::size_t map = kMatchStates + 5 * 3 + 1;  // the short model's, length 3, depth 0
  const std::uint32_t q = probability_of(map);
  matches.begin();
  matches.code(true);  // 9: right, a 1; 131072 // 3 = 43690
  const auto up = static_cast<std::uint32_t>((std::uint64_t{4194303 - q} * 43690) >> 16);
  CHECK(matches.matches().maps()[map] == ((q + up) << 10 | 1));
  Fixture wrong;
  wrong.append({1, 2, 3, 9, 1, 2, 3});
  wrong.begin();
  wrong.code(false);  // wrong, a 0: q * 43690 >> 16 less, rounded up
  const auto down = static_cast<std::uint32_t>((std::uint64_t{q} * 43690 + 65535) >> 16);
  CHECK(wrong.matches().maps()[map] == ((q - down) << 10 | 1));
}

TEST_CASE("of the candidate, a match expects a 1 if it predicts it, else a 0") {
  Fixture matches;
  matches.append({1, 2, 3, 9, 1, 2, 3});
  matches.begin();
  matches.ask_for(9);
  CHECK(matches.expects(kShort) == Expectation{5 * 3, true});  // class 0 of decisions
  CHECK(matches.matches().stand(kShort) == 2);
  matches.ask_for(5);
  CHECK(matches.expects(kShort) == Expectation{5 * 3, false});
  CHECK(matches.matches().stand(kShort) == 1);
  CHECK(matches.matches().stand(kLong) == 0);
  // Not 5, so it remains.
  matches.code(false);
  CHECK(matches.expects(kShort) == expectation(3, 0, true));
}

TEST_CASE("a match that predicts the candidate says nothing once it is ruled out") {
  Fixture matches;
  matches.append({1, 2, 3, 9, 1, 2, 3});
  matches.begin();
  matches.ask_for(9);
  matches.code(false);
  CHECK_FALSE(matches.expects(kShort).has_value());
  CHECK(matches.matches().stand(kShort) == 0);
  CHECK(matches.matches().max_length_class() == 0);
}

TEST_CASE("what a match expects has the probability of the candidate's map, before any decision") {
  Fixture matches;
  matches.append({1, 2, 3, 4, 5, 6, 9, 1, 2, 3, 4, 5});
  matches.begin();
  CHECK(matches.matches().expected(kLong).rank == kNoToken);
  CHECK(matches.matches().expected(kShort).rank == 6);
  CHECK(matches.matches().expected(kShort).probability == probability_of(kMatchStates + 5 * 5));
  matches.append({6});
  matches.begin();
  CHECK(matches.matches().expected(kLong).rank == 9);
  CHECK(matches.matches().expected(kLong).probability == probability_of(5 * 6));
}

}  // namespace czip::v2
