// Sixteen lists of successors side by side: states and inputs by hand, and the same at every SIMD
// level whatever the lists hold.
#include "czip/engine/v2/successor_kernels.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>
#include <vector>

#include "czip/engine/v2/adaptive_probability.hpp"
#include "czip/engine/v2/logistic.hpp"
#include "support/splitmix64.hpp"

namespace czip::v2 {
namespace {

using Lanes = SuccessorLanes::Lanes;
using Indices = std::array<std::uint32_t, kListLanes>;
using Inputs = std::array<std::int32_t, kListLanes>;

constexpr std::uint32_t kStates = 1470;  // of a list: 3 escape classes of 5 * 7 * 7 * 2

const Logistic& logistic() {
  static const Logistic table;
  return table;
}

SuccessorList list(std::uint8_t total, std::uint8_t escapes, std::array<std::uint16_t, 4> rank,
                   std::array<std::uint8_t, 4> count) {
  return {.check = 7, .total = total, .escapes = escapes, .rank = rank, .count = count};
}

// escape class, class of decision, classes of counts, latest
constexpr std::uint32_t state(std::uint32_t escapes, std::uint32_t decision, std::uint32_t zeros,
                              std::uint32_t ones, std::uint32_t latest) {
  return 490 * escapes + 98 * decision + 14 * zeros + 2 * ones + latest;
}

// Lanes and maps at one level; the lists of `table` in lanes 0, 1, 2, ...
class Fixture {
 public:
  Fixture(SimdLevel level, std::vector<SuccessorList> table)
      : kernels(successor_kernels(level)), lists(std::move(table)), maps(kListLanes * kStates) {
    for (std::uint32_t& map : maps) map = AdaptiveProbability().raw();
    Indices index{};
    for (std::size_t i = 0; i < lists.size(); ++i) index[i] = static_cast<std::uint32_t>(i);
    kernels.load(lists.data(), index.data(), lists.size(), lanes);
  }
  // The states of the lists at this decision, each within its list's maps.
  std::vector<std::uint32_t> states(const SuccessorDecision& decision) {
    kernels.predict(lanes, decision, maps.data(), logistic().stretch_table(), inputs.data());
    std::vector<std::uint32_t> found;
    for (std::uint32_t i = 0; i < lists.size(); ++i) found.push_back(lanes.state[i] - i * kStates);
    return found;
  }
  std::array<std::uint32_t, kListLanes> score(std::size_t which) const {
    std::array<std::uint32_t, kListLanes> probability{};
    kernels.score(lanes, which, maps.data(), probability.data());
    return probability;
  }

  const SuccessorKernels& kernels;
  std::vector<SuccessorList> lists;
  std::vector<std::uint32_t> maps;
  SuccessorLanes lanes;
  Inputs inputs{};
};

constexpr SuccessorDecision candidate(std::uint32_t rank) { return {true, rank, 0}; }
constexpr SuccessorDecision split_at(std::uint32_t rank, std::uint32_t decision_class) {
  return {false, rank, decision_class};
}

const std::vector<SuccessorList>& three_lists() {
  static const std::vector<SuccessorList> lists{
      list(5, 1, {9, 4, 2, 0}, {3, 2, 1, 0}),  // 4 < 5: class 0
      list(4, 1, {4, 0, 0, 0}, {4, 0, 0, 0}),  // 4 >= 4, 3 < 8: class 1
      list(3, 2, {0, 9, 0, 0}, {1, 1, 0, 0})   // 6 >= 6: class 2
  };
  return lists;
}

}  // namespace

TEST_CASE("lists are loaded up to their first count of 0, lanes without a list are empty") {
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    Fixture f(level, {list(5, 1, {9, 4, 2, 1}, {3, 0, 1, 1}), list(0, 0, {}, {}),
                      list(255, 255, {1, 2, 3, 65535}, {255, 255, 255, 255})});
    CHECK(f.lanes.active == 0b101);
    CHECK(f.lanes.count[0] == Lanes{3, 0, 255});
    CHECK(f.lanes.count[1] == Lanes{0, 0, 255});
    CHECK(f.lanes.count[2] == Lanes{0, 0, 255});
    CHECK(f.lanes.count[3] == Lanes{0, 0, 255});
    CHECK(f.lanes.rank[3][2] == 65535);
    CHECK(f.lanes.first_state[0] == 0);                  // 4 * 1 < 5
    CHECK(f.lanes.first_state[1] == kStates + 2 * 490);  // nothing of nothing: mostly
    CHECK(f.lanes.first_state[2] == 2 * kStates + 2 * 490);
    CHECK(f.lanes.first_state[15] == 15 * kStates + 2 * 490);
  }
}

TEST_CASE("escape classes: below a quarter, below two thirds, else") {
  using Case = std::tuple<std::uint8_t, std::uint8_t, std::uint32_t>;
  for (const auto& [total, escapes, expected] :
       {Case{5, 1, 0}, Case{4, 1, 1}, Case{3, 2, 2}, Case{4, 2, 1}, Case{255, 63, 0},
        Case{255, 64, 1}, Case{255, 169, 1}, Case{255, 170, 2}, Case{1, 1, 2}}) {
    for (const SimdLevel level : supported_simd_levels()) {
      const Fixture f(level, {list(total, escapes, {1}, {1})});
      CHECK(f.lanes.first_state[0] == 490 * expected);
    }
  }
}

TEST_CASE("a state has the class of the decision, counts on both sides and the latest's side") {
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    Fixture f(level, three_lists());
    using States = std::vector<std::uint32_t>;
    CHECK(f.states(candidate(4)) ==
          States{state(0, 0, 4, 2, 0), state(1, 0, 0, 4, 1), state(2, 0, 2, 0, 0)});
    CHECK(f.states(candidate(9)) ==
          States{state(0, 0, 3, 3, 1), state(1, 0, 4, 0, 0), state(2, 0, 1, 1, 0)});
    CHECK(f.states(split_at(4, 1)) ==
          States{state(0, 1, 1, 4, 1), state(1, 1, 0, 4, 1), state(2, 1, 1, 1, 0)});
    CHECK(f.states(split_at(5, 4)) ==
          States{state(0, 4, 3, 3, 1), state(1, 4, 4, 0, 0), state(2, 4, 1, 1, 0)});
    // Lists beyond are not active and say nothing.
    for (std::size_t i = 3; i < kListLanes; ++i) CHECK(f.inputs[i] == 0);
    CHECK(f.inputs[0] == 1);  // one half, by logistic_test.cpp
  }
}

TEST_CASE("counts are in classes: 0 to 3, 4-5, 6-9, more") {
  constexpr std::array<std::uint32_t, 12> kClass{0, 1, 2, 3, 4, 4, 5, 5, 5, 5, 6, 6};
  for (const SimdLevel level : supported_simd_levels()) {
    for (std::uint8_t n = 1; n < kClass.size(); ++n) {
      Fixture f(level, {list(255, 0, {3}, {n})});
      CHECK(f.states(candidate(3))[0] == state(0, 0, 0, kClass[n], 1));
      CHECK(f.states(candidate(4))[0] == state(0, 0, kClass[n], 0, 0));
    }
    Fixture f(level, {list(255, 0, {3, 4, 5, 6}, {255, 255, 255, 255})});
    CHECK(f.states(split_at(4, 2))[0] == state(0, 2, 6, 6, 0));
  }
}

TEST_CASE("a score is what the list's map says of its successor as the candidate") {
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    Fixture f(level, three_lists());
    // 9 of list 0: 3 of 6, the latest; 4 of list 0: 2 of 6; 9 of list 2: 1 of 2.
    f.maps[state(0, 0, 3, 3, 1)] = 1234 << 10;
    f.maps[state(0, 0, 4, 2, 0)] = 77 << 10 | 1023;
    f.maps[2 * kStates + state(2, 0, 1, 1, 0)] = 0xffffffff;
    const auto first = f.score(0);
    CHECK(first[0] == 1234);
    CHECK(first[1] == 2'097'152);
    CHECK(first[3] == 0);
    const auto second = f.score(1);
    CHECK(second[0] == 77);
    CHECK(second[1] == 0);  // it has none
    CHECK(second[2] == 4'194'303);
    CHECK(f.score(3) == std::array<std::uint32_t, kListLanes>{});
  }
}

TEST_CASE("the maps of active lists learn, those of others do not") {
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    Fixture f(level, {three_lists()[0], list(3, 3, {}, {}), three_lists()[1]});
    const auto before = f.maps;
    const auto states = f.states(split_at(4, 1));
    f.kernels.learn(f.lanes, true, 255, f.maps.data());
    // A half that has seen a 1 (adaptive_probability_test.cpp): 3495231, count 1.
    for (const std::size_t i : {std::size_t{0}, std::size_t{2}}) {
      CHECK(f.maps[i * kStates + states[i]] == (3'495'231U << 10 | 1));
      f.maps[i * kStates + states[i]] = AdaptiveProbability().raw();
    }
    CHECK(f.maps == before);
  }
}

TEST_CASE("a bit rules successors out, and a list without any is not active") {
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    Fixture f(level, three_lists());
    f.kernels.rule_out(f.lanes, candidate(4), false);
    CHECK(f.lanes.active == 0b101);
    CHECK(f.lanes.count[0] == Lanes{3, 0, 1});
    CHECK(f.lanes.count[1] == Lanes{0, 0, 1});
    CHECK(f.lanes.count[2] == Lanes{1, 0, 0});
    f.kernels.rule_out(f.lanes, split_at(9, 1), true);
    CHECK(f.lanes.active == 0b101);
    CHECK(f.lanes.count[0] == Lanes{3, 0, 0});
    CHECK(f.lanes.count[1] == Lanes{0, 0, 1});
    CHECK(f.lanes.count[2] == Lanes{});
    // The latest that is left is the second of list 2.
    CHECK(f.states(split_at(9, 2))[2] == state(2, 2, 0, 1, 1));
    f.kernels.rule_out(f.lanes, split_at(10, 2), true);
    CHECK(f.lanes.active == 0);
    Fixture chosen(level, three_lists());
    chosen.kernels.rule_out(chosen.lanes, candidate(4), true);
    CHECK(chosen.lanes.active == 0b011);
    CHECK(chosen.lanes.count[0] == Lanes{0, 4, 0});
    CHECK(chosen.lanes.count[1] == Lanes{2, 0, 0});
  }
}

namespace {

using Entries = std::vector<std::pair<int, int>>;  // rank, count; the latest first

Entries entries(const SuccessorList& of) {
  Entries all;
  for (std::size_t i = 0; i < kSuccessorsPerList && of.count[i] != 0; ++i)
    all.emplace_back(of.rank[i], of.count[i]);
  return all;
}

// The list after these tokens, the same at every level and in every lane.
SuccessorList updated(SuccessorList of, const std::vector<std::uint16_t>& ranks) {
  std::vector<SuccessorList> tables(kListLanes, of);
  Indices index{};
  for (std::uint32_t i = 0; i < kListLanes; ++i) index[i] = i;
  for (const std::uint16_t rank : ranks) of.update(rank);
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    std::vector<SuccessorList> lists = tables;
    for (const std::uint16_t rank : ranks)
      successor_kernels(level).update(lists.data(), index.data(), kListLanes, rank);
    for (const SuccessorList& each : lists) {
      CHECK(entries(each) == entries(of));
      CHECK(each.total == of.total);
      CHECK(each.escapes == of.escapes);
      CHECK(each.check == of.check);
    }
  }
  return of;
}

// A list of any content, also such as no update leaves.
SuccessorList any_list(test::SplitMix64& random) {
  const auto byte = [&] {
    const std::int32_t kind = random.between(0, 5);
    return static_cast<std::uint8_t>(kind == 0   ? 0
                                     : kind == 1 ? 255
                                     : kind == 2 ? random.between(0, 255)
                                                 : random.between(1, 12));
  };
  const bool wide = random.between(0, 3) == 0;
  SuccessorList any{};
  any.check = static_cast<std::uint16_t>(random.next());
  any.total = byte();
  any.escapes = byte();
  for (auto& rank : any.rank)
    rank = static_cast<std::uint16_t>(random.between(0, wide ? 65535 : 9));
  for (auto& count : any.count) count = byte();
  return any;
}

std::uint32_t any_map(test::SplitMix64& random) {
  const std::int32_t kind = random.between(0, 7);
  return kind == 0 ? 0 : kind == 1 ? 0xffffffff : static_cast<std::uint32_t>(random.next());
}

// What each step of coding a token leaves, one after another.
using Trace = std::vector<std::uint32_t>;

void add_lanes(const SuccessorLanes& lanes, Trace& trace) {
  const auto add = [&trace](const Lanes& values) {
    trace.insert(trace.end(), values.begin(), values.end());
  };
  for (std::size_t k = 0; k < kSuccessorsPerList; ++k) {
    add(lanes.rank[k]);
    add(lanes.count[k]);
  }
  add(lanes.first_state);
  add(lanes.state);
  trace.push_back(lanes.active);
}

// Codes a token with lists drawn from a seed: scores, then decisions of every kind.
Trace trace_of(const SuccessorKernels& kernels, std::uint64_t seed) {
  test::SplitMix64 random(seed);
  std::vector<SuccessorList> table(24);
  for (SuccessorList& each : table) each = any_list(random);
  const auto lists = static_cast<std::size_t>(random.between(0, kListLanes));
  Indices index{};
  for (auto& i : index) i = static_cast<std::uint32_t>(random.between(0, 23));  // some are equal
  std::vector<std::uint32_t> maps(kListLanes * kSuccessorStates);
  for (auto& map : maps) map = any_map(random);

  Trace trace;
  SuccessorLanes lanes;
  kernels.load(table.data(), index.data(), lists, lanes);
  add_lanes(lanes, trace);
  for (std::size_t which = 0; which < kSuccessorsPerList; ++which) {
    std::array<std::uint32_t, kListLanes> probability{};
    kernels.score(lanes, which, maps.data(), probability.data());
    trace.insert(trace.end(), probability.begin(), probability.end());
  }
  for (std::uint32_t i = 0; i < 6; ++i) {
    const SuccessorDecision decision{
        i == 0,
        static_cast<std::uint32_t>(random.between(0, random.between(0, 1) == 0 ? 9 : 65535)),
        i % kDecisionClasses};
    const bool bit = random.between(0, 1) == 1;
    const auto limit = static_cast<std::uint32_t>(random.between(0, 1) == 0 ? 255 : 1023);
    Inputs inputs{};
    kernels.predict(lanes, decision, maps.data(), logistic().stretch_table(), inputs.data());
    for (const std::int32_t input : inputs) trace.push_back(static_cast<std::uint32_t>(input));
    add_lanes(lanes, trace);
    kernels.learn(lanes, bit, limit, maps.data());
    kernels.rule_out(lanes, decision, bit);
    add_lanes(lanes, trace);
  }
  trace.insert(trace.end(), maps.begin(), maps.end());
  for (int i = 0; i < 3; ++i)
    kernels.update(table.data(), index.data(), lists,
                   static_cast<std::uint16_t>(random.between(0, i == 0 ? 65535 : 9)));
  for (const SuccessorList& each : table) {
    trace.insert(trace.end(), {each.check, each.total, each.escapes});
    trace.insert(trace.end(), each.rank.begin(), each.rank.end());
    trace.insert(trace.end(), each.count.begin(), each.count.end());
  }
  return trace;
}

}  // namespace

TEST_CASE("a list has the latest token first, counts above 2 lose a quarter when another comes") {
  SuccessorList of = updated({}, {5});
  CHECK(entries(of) == Entries{{5, 1}});
  CHECK(of.total == 1);
  CHECK(of.escapes == 1);
  of = updated(of, {7});
  CHECK(entries(of) == Entries{{7, 1}, {5, 1}});
  CHECK(of.escapes == 2);
  of = updated(of, {5});
  CHECK(entries(of) == Entries{{5, 2}, {7, 1}});
  CHECK(of.total == 3);
  CHECK(of.escapes == 2);  // 5 was in the list
  of = updated(of, {5, 5});
  CHECK(entries(of) == Entries{{5, 4}, {7, 1}});  // what comes does not lose
  of = updated(of, {7});
  CHECK(entries(of) == Entries{{7, 2}, {5, 3}});  // (3 * 4 + 1) // 4
  of = updated(of, {8});
  CHECK(entries(of) == Entries{{8, 1}, {7, 2}, {5, 2}});  // (3 * 3 + 1) // 4
  of = updated(of, {9});
  CHECK(entries(of) == Entries{{9, 1}, {8, 1}, {7, 2}, {5, 2}});
  CHECK(of.total == 8);
  CHECK(of.escapes == 4);
}

TEST_CASE("a fifth token drops the oldest") {
  SuccessorList of = updated({}, {1, 2, 3, 4, 5});
  CHECK(entries(of) == Entries{{5, 1}, {4, 1}, {3, 1}, {2, 1}});
  CHECK(of.escapes == 5);
  of = updated(of, {1});  // forgotten, so it escapes
  CHECK(entries(of) == Entries{{1, 1}, {5, 1}, {4, 1}, {3, 1}});
  CHECK(of.escapes == 6);
}

TEST_CASE("entries behind the one that comes lose, too, and keep their order") {
  SuccessorList of = updated({}, {1, 1, 1, 1, 1, 2, 3});
  // 5 ones; then (3 * 5 + 1) // 4 = 4 and (3 * 4 + 1) // 4 = 3
  CHECK(entries(of) == Entries{{3, 1}, {2, 1}, {1, 3}});
  of = updated(of, {2});
  CHECK(entries(of) == Entries{{2, 2}, {3, 1}, {1, 2}});
}

TEST_CASE("counts stop at 255") {
  SuccessorList of = updated({}, std::vector<std::uint16_t>(300, 5));
  CHECK(entries(of) == Entries{{5, 255}});
  CHECK(of.total == 255);
  CHECK(of.escapes == 1);
  of = updated(of, {6});
  CHECK(entries(of) == Entries{{6, 1}, {5, 191}});  // (3 * 255 + 1) // 4
  std::vector<std::uint16_t> many;
  for (std::uint16_t rank = 100; rank < 400; ++rank) many.push_back(rank);
  of = updated(of, many);
  CHECK(of.escapes == 255);
  CHECK(of.total == 255);
}

TEST_CASE("a rank of 0 is a token like any other") {
  const SuccessorList of = updated({}, {0, 0});
  CHECK(entries(of) == Entries{{0, 2}});
  CHECK(of.escapes == 1);
}

TEST_CASE("a list with a hole ends there, and what comes fills it") {
  // Behind the hole nothing is found, but counts lose all the same: (3 * 9 + 1) // 4 = 7.
  const SuccessorList of = updated(list(9, 3, {1, 2, 3, 4}, {5, 0, 3, 9}), {4});
  CHECK(of.rank == std::array<std::uint16_t, 4>{4, 1, 3, 4});
  CHECK(of.count == std::array<std::uint8_t, 4>{1, 4, 2, 7});
  CHECK(of.escapes == 4);
}

TEST_CASE("two contexts that have one list change it once, and only lists that take part change") {
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    std::vector<SuccessorList> table(4);
    Indices index{2, 1, 2, 0};
    successor_kernels(level).update(table.data(), index.data(), 3, 5);
    CHECK(entries(table[0]).empty());
    CHECK(entries(table[1]) == Entries{{5, 1}});
    CHECK(entries(table[2]) == Entries{{5, 1}});
    CHECK(table[2].total == 1);
    successor_kernels(level).update(table.data(), index.data(), 0, 6);
    CHECK(entries(table[2]) == Entries{{5, 1}});
  }
}

TEST_CASE("every SIMD level codes tokens as the scalar kernels do, whatever the lists hold") {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const Trace expected = trace_of(successor_kernels(SimdLevel::scalar), seed);
    for (const SimdLevel level : supported_simd_levels()) {
      CAPTURE(simd_level_name(level));
      CAPTURE(seed);
      REQUIRE((trace_of(successor_kernels(level), seed) == expected));
    }
  }
}

}  // namespace czip::v2
