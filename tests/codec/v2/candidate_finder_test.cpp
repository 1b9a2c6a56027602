#include "czip/codec/v2/coding/candidate_finder.hpp"

#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <vector>

#include "support/logistic.hpp"
#include "support/prior_tables.hpp"

namespace czip::v2 {
namespace {

using test::prior_entry;
using test::prior_header;
using test::PriorTables;

constexpr std::uint32_t kRanks = 16;
constexpr std::size_t kLists = 4;
constexpr std::uint32_t kAnyHash = 7 << 8;  // of every context of the prior

std::vector<std::uint32_t> order0_with_most(std::uint32_t rank) {
  std::vector<std::uint32_t> order0(kRanks, 1 << 20);
  order0[rank] = 1 << 21;
  return order0;
}

// Lists and matches whose maps all have one probability, and a prior of one order.
class Fixture {
 public:
  // The probability of lists and of matches, Q22; `cells` of the prior's only bucket.
  Fixture(std::uint32_t lists, std::uint32_t matches, const std::vector<std::uint16_t>& cells = {},
          std::uint32_t likeliest_of_order0 = 3)
      : tables_({0, static_cast<std::uint32_t>(cells.size())}, cells),
        prior_(Prior::create(order0_with_most(likeliest_of_order0), {tables_.order()}).value()) {
    successors_.reset(kLists, 12,
                      std::vector<std::uint32_t>(kLists * kSuccessorStates, lists << 10));
    matches_.reset(12, std::vector<std::uint32_t>(kMatchInputs * kMatchStates, matches << 10));
    prior_inputs_.reset(prior_, kMaxPriorOrder);
    finder_.reset(kRanks);
  }

  // This token follows in the list's context.
  void follows(std::size_t list, std::uint32_t rank) {
    Contexts contexts = unseen();
    contexts.list[list] = context_of(list);
    successors_.begin_token(contexts);
    successors_.end_token(rank);
  }
  // What the next token is, with the lists of these numbers and this history.
  std::uint32_t find(const std::vector<std::size_t>& lists,
                     const std::vector<std::uint32_t>& history = {}) {
    Contexts contexts = unseen();
    for (const std::size_t list : lists) contexts.list[list] = context_of(list);
    contexts.order.fill(kAnyHash);
    History before(100);
    MatchPositions positions;
    for (const std::uint32_t rank : history) {
      matches_.prefetch(before);
      matches_.begin_token(before, 0, positions);
      before.append(rank, "x");
    }
    matches_.prefetch(before);
    matches_.begin_token(before, 0, positions);
    successors_.begin_token(contexts);
    prior_inputs_.begin_token(contexts);
    return finder_.find(successors_, matches_, prior_inputs_);
  }
  [[nodiscard]] std::uint32_t lists() const { return finder_.lists(); }

 private:
  static std::uint64_t context_of(std::size_t list) {
    return std::uint64_t{list} << 60 | 0x100 | list;
  }
  Contexts unseen() {
    Contexts contexts;
    for (std::size_t i = 0; i < kLists; ++i)
      contexts.list[i] = std::uint64_t{8 + i} << 60 | (0x1000 + ++fresh_);
    return contexts;
  }

  PriorTables tables_;
  Prior prior_;
  SuccessorInputs successors_{best_simd_level()};
  MatchInputs matches_;
  PriorInputs prior_inputs_{best_simd_level()};
  CandidateFinder finder_;
  std::uint64_t fresh_ = 0;
};

constexpr std::uint32_t kHalf = 1 << 21;
constexpr std::uint32_t kQuarter = 1 << 20;

}  // namespace

TEST_CASE("where nothing is known, the candidate is the likeliest token of order 0") {
  Fixture f(kHalf, kHalf);
  CHECK(f.find({}) == 3);
  CHECK(f.lists() == 1);  // the prior's vote
}

TEST_CASE("the likeliest token of the prior's highest order counts with its odds") {
  // Rank 5 has 44488 of 65536, odds of 541 / 256, and one vote more; a list of one half has 256.
  const std::vector<std::uint16_t> cells{prior_header(7, 2, 1), prior_entry(5, 0),
                                         prior_entry(9, 1)};
  Fixture one(kHalf, kHalf, cells);
  CHECK(one.find({}) == 5);
  one.follows(0, 9);
  CHECK(one.find({0}) == 5);  // 256
  one.follows(1, 9);
  CHECK(one.find({0, 1}) == 5);  // 512
  one.follows(2, 9);
  CHECK(one.find({0, 1, 2}) == 9);  // 768
  CHECK(one.lists() == 3);
}

TEST_CASE("votes of lists for one token add up") {
  Fixture f(kHalf, kHalf);
  f.follows(0, 9);
  f.follows(1, 5);
  f.follows(2, 5);
  CHECK(f.find({0, 1, 2}) == 5);
  CHECK(f.lists() == 2);
  CHECK(f.find({0}) == 9);
  CHECK(f.lists() == 1);
}

TEST_CASE("the two latest successors of a list vote, older ones do not") {
  Fixture f(kHalf, kHalf);
  for (const std::uint32_t rank : {6U, 5U, 4U}) f.follows(0, rank);  // 4, 5, 6
  f.follows(1, 5);
  f.follows(2, 6);
  CHECK(f.find({0, 1}) == 5);  // with list 0's second
  CHECK(f.lists() == 2);
  // 4, 6 and 5 have one vote each, and 4 has it first: list 0's third is not counted.
  CHECK(f.find({0, 2}) == 4);
}

TEST_CASE(
    "of several with most votes the first counts: prior, matches, lists' latest, second ones") {
  // The prior has a vote of 1, which odds of a half of lists and matches are not.
  Fixture f(kHalf, kHalf);
  f.follows(0, 9);
  f.follows(1, 5);
  CHECK(f.find({0, 1}) == 9);
  const std::vector<std::uint32_t> history{1, 2, 4, 8, 1, 2, 4};  // the short match: 8
  CHECK(f.find({0, 1}, history) == 8);
  Fixture second(kHalf, kHalf);
  second.follows(0, 6);
  second.follows(0, 5);
  second.follows(1, 4);
  CHECK(second.find({0, 1}) == 5);
  CHECK(second.find({1, 0}) == 5);  // by the lists' numbers
}

TEST_CASE("a vote that arrives later wins only with more") {
  Fixture f(kQuarter, kHalf);  // lists have odds of 85 / 256, matches of 256 / 256
  const std::vector<std::uint32_t> history{1, 2, 4, 8, 1, 2, 4};
  for (std::size_t list = 0; list < 4; ++list) f.follows(list, 5);
  CHECK(f.find({0, 1, 2}, history) == 8);  // 3 * 85 = 255
  Fixture four(kQuarter, kHalf);
  for (std::size_t list = 0; list < 4; ++list) four.follows(list, 5);
  CHECK(four.find({0, 1, 2, 3}, history) == 5);  // 340
  CHECK(four.lists() == 4);
}

TEST_CASE("odds are at most 128") {
  // A probability of 1 - 2^-22 has no more than one of 1 - 2^-7: two lists overrule a match.
  Fixture f(kProbabilityOne - (kProbabilityOne >> 7), kMaxProbability);
  f.follows(0, 5);
  f.follows(1, 5);
  const std::vector<std::uint32_t> history{1, 2, 4, 8, 1, 2, 4};
  CHECK(f.find({0, 1}, history) == 5);
}

TEST_CASE(
    "a list of the prior with a rank past the vocabulary is passed over, whatever its level") {
  for (const std::uint32_t rank : {16U, 17U, 8191U}) {
    CAPTURE(rank);
    const std::vector<std::uint16_t> cells{prior_header(7, 2, 0), prior_entry(5, 1),
                                           prior_entry(rank, 0)};
    Fixture f(kHalf, kHalf, cells);
    CHECK(f.find({}) == 3);
    CHECK(f.lists() == 1);
    f.follows(0, 9);
    CHECK(f.find({0}) == 9);
  }
}

TEST_CASE("votes are forgotten after each search") {
  Fixture f(kHalf, kHalf);
  f.follows(0, 9);
  f.follows(1, 9);
  CHECK(f.find({0, 1}) == 9);
  CHECK(f.find({}) == 3);
  f.follows(2, 5);
  CHECK(f.find({2}) == 5);
}

}  // namespace czip::v2
