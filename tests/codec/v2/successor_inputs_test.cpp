#include "czip/codec/v2/coding/successor_inputs.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "czip/engine/v2/adaptive_probability.hpp"
#include "support/logistic.hpp"
#include "support/small_trees.hpp"

namespace czip::v2 {
namespace {

constexpr std::size_t kLists = 8;
// Inputs: of an unused map, and of one that has learned a single 1 (adaptive_probability_test.cpp).
constexpr std::int32_t kUnused = 1;
const std::int32_t kAfter1 = test::stretch(3'495'231);

using Numbers = std::vector<std::size_t>;

// Eight lists over the tree of 16 tokens, all maps unused at first. Which map a list asks shows in
// which one learns: number
//   490 * (escape class) + 2 * (7 * (7 * (class of decision) + class(n0)) + class(n1)) + latest
// of the list's 1470 (czip-v2-coding.md, section 8). The class of a node's decision is one more
// than that of its depth.
class Fixture {
 public:
  explicit Fixture(SimdLevel simd = best_simd_level()) : inputs_(simd) {
    inputs_.reset(
        kLists, 12,
        std::vector<std::uint32_t>(kLists * kSuccessorStates, AdaptiveProbability().raw()));
  }

  // `context` of each list, below 16. 0: a context that has never occurred.
  void begin(const std::array<std::uint32_t, kLists>& context) {
    Contexts contexts;
    for (std::size_t i = 0; i < kLists; ++i) {
      contexts.list[i] = context[i] != 0 ? hash_of(i, context[i]) : hash_of(i, ++fresh_);
    }
    begin_with(contexts);
  }
  void begin_with(const Contexts& contexts) {
    inputs_.begin_token(contexts);
    decision_ = test::at(root_node(tree_));
  }
  void begin_all(std::uint32_t context) {
    std::array<std::uint32_t, kLists> all;
    all.fill(context);
    begin(all);
  }
  // What the lists say at this node.
  std::array<std::int32_t, kLists> values() {
    std::array<std::int32_t, kListLanes> all;
    all.fill(9999);
    inputs_.predict(decision_, test::logistic(), all);
    for (std::size_t i = kLists; i < kListLanes; ++i) CHECK(all[i] == 0);
    std::array<std::int32_t, kLists> values{};
    std::copy_n(all.begin(), kLists, values.begin());
    return values;
  }
  // From here on the decisions are about this candidate.
  void ask_for(std::uint32_t candidate) { decision_ = test::about(candidate); }
  // Codes a bit. Returns the numbers of the maps, among those of all lists, that learned it.
  Numbers code(bool bit) {
    static_cast<void>(values());
    const std::vector<std::uint32_t> before(inputs_.maps().begin(), inputs_.maps().end());
    inputs_.update(decision_, bit);
    decision_ = decision_.is_candidate
                    ? test::at(root_node(tree_), decision_.candidate)
                    : test::at(child_node(tree_, decision_.node, bit), decision_.candidate);
    Numbers changed;
    for (std::size_t m = 0; m < before.size(); ++m) {
      if (inputs_.maps()[m] != before[m]) changed.push_back(m);
    }
    return changed;
  }
  void token(std::uint32_t rank) {
    while (decision_.node.split != CodeTree::kLeaf) code(decision_.bit(rank));
    inputs_.end_token(rank);
  }
  // These tokens follow the context in all lists.
  void seen(std::uint32_t context, const std::vector<std::uint32_t>& ranks) {
    for (const std::uint32_t rank : ranks) {
      begin_all(context);
      token(rank);
    }
  }
  [[nodiscard]] SuccessorInputs& inputs() { return inputs_; }

  // Contexts and lists have groups of places of their own in the table of 2^12.
  static std::uint64_t hash_of(std::uint64_t list, std::uint64_t context) {
    const std::uint64_t group = context < 16 ? context : 16 + context % 48;
    return list << 61 | group << 55 | context;
  }

 private:
  CodeTree tree_ = test::tree_of_16();
  SuccessorInputs inputs_;
  Decision decision_;
  std::uint32_t fresh_ = 1000;
};

// The map that list 0 asks at the root after `ranks` have followed its context; no other list asks.
std::size_t map_at_root(const std::vector<std::uint32_t>& ranks) {
  Fixture lists;
  lists.seen(1, ranks);
  lists.begin({1, 0, 0, 0, 0, 0, 0, 0});
  const Numbers learned = lists.code(false);
  REQUIRE(learned.size() == 1);
  return learned[0];
}

}  // namespace

TEST_CASE("contexts that were never seen say nothing") {
  Fixture lists;
  lists.begin_all(0);
  CHECK(lists.inputs().active_lists() == 0);
  CHECK(lists.inputs().highest_order() == 0);
  for (const std::int32_t value : lists.values()) CHECK(value == 0);
  CHECK(lists.code(true).empty());
}

TEST_CASE("a list of one token says its bit at each node until another bit comes") {
  Fixture lists;
  lists.seen(1, {5});
  lists.begin({0, 0, 0, 1, 0, 0, 0, 0});
  CHECK(lists.inputs().active_lists() == 1);
  CHECK(lists.values() == std::array<std::int32_t, kLists>{0, 0, 0, kUnused, 0, 0, 0, 0});
  // Seen once, and not in the list then: 4 * 1 >= 1 and 3 * 1 >= 2 * 1, escape class 2.
  // The root's split is 8: n0 = 1, n1 = 0, latest = 0: class 1: 2 * 490 + 2 * 7 * (7 + 1) = 1092.
  CHECK(lists.code(false) == Numbers{3 * 1470 + 1092});
  // Split 4 at depth 1, class 2: n0 = 0, n1 = 1, latest = 1: 980 + 2 * (7 * 14 + 1) + 1 = 1179.
  CHECK(lists.code(true) == Numbers{3 * 1470 + 1179});
  // Split 6 at depth 2, class 2: n0 = 1: 980 + 2 * 7 * (14 + 1) = 1190; a 1 rules 5 out.
  CHECK(lists.code(true) == Numbers{3 * 1470 + 1190});
  CHECK(lists.inputs().active_lists() == 0);
  CHECK(lists.values() == std::array<std::int32_t, kLists>{});
  CHECK(lists.code(true).empty());
}

TEST_CASE("depths are in classes") {
  Fixture lists;
  lists.seen(1, {0});
  lists.begin({1, 0, 0, 0, 0, 0, 0, 0});
  // At every node n0 = 1: 980 + 2 * 7 * (7 * (class of decision) + 1), classes 1, 2, 2, 3.
  CHECK(lists.code(false) == Numbers{1092});
  CHECK(lists.code(false) == Numbers{1190});
  CHECK(lists.code(false) == Numbers{1190});
  CHECK(lists.code(false) == Numbers{1288});
}

TEST_CASE("escape classes: below a quarter, below two thirds, else") {
  // 98 for the decision, 2 * 7 * class(n0) and the escape class.
  CHECK(map_at_root({1, 1}) == 98 + 490 + 28);        // 1 of 2: 4 >= 2, 3 < 4; count 2
  CHECK(map_at_root({1, 1, 1, 1}) == 98 + 490 + 56);  // 1 of 4: 4 >= 4; count 4, class 4
  CHECK(map_at_root({1, 1, 1, 1, 1}) == 98 + 56);     // 1 of 5: 4 < 5; count 5, class 4
  CHECK(map_at_root({1, 2}) == 98 + 980 + 28);        // 2 of 2; counts 1 + 1
  CHECK(map_at_root({1, 2, 1}) == 98 + 980 + 42);     // 2 of 3: 6 >= 6; counts 2 + 1
  CHECK(map_at_root({1, 2, 1, 1}) == 98 + 490 + 56);  // 2 of 4: 8 >= 4, 6 < 8; counts 3 + 1
}

TEST_CASE("counts on both sides are in classes, and the latest token has its side") {
  const auto of = [](std::size_t ones, std::uint32_t token, std::uint32_t last) {
    std::vector<std::uint32_t> ranks(ones, token);
    ranks.push_back(last);
    return map_at_root(ranks);
  };
  // 8 and 9 times 1: (3 * 8 + 1) // 4 = 6 and (3 * 9 + 1) // 4 = 7 are left, both of class 5;
  // 9 comes last, once. Escapes are 2 of 9, then 2 of 10.
  CHECK(of(8, 1, 9) == 98 + 2 * (7 * 5 + 1) + 1);
  CHECK(of(9, 1, 9) == 98 + 2 * (7 * 5 + 1) + 1);
  CHECK(of(12, 1, 9) == 98 + 2 * (7 * 5 + 1) + 1);  // 37 // 4 = 9
  CHECK(of(13, 1, 9) == 98 + 2 * (7 * 6 + 1) + 1);  // 40 // 4 = 10: class 6
  // The other way round: n0 = 1, n1 = 10, the latest below 8.
  CHECK(of(13, 9, 1) == 98 + 2 * (7 * 1 + 6));
  // Both on one side: 9 and 1 are 10 together.
  CHECK(of(12, 1, 2) == 98 + 2 * 7 * 6);
}

TEST_CASE("a bit drops the entries that it rules out, and the next is the latest") {
  Fixture lists;
  lists.seen(1, {2, 12, 3});  // 3, 12, 2 with a count of 1 each; 3 escapes of 3
  lists.begin({1, 0, 0, 0, 0, 0, 0, 0});
  CHECK(lists.code(true) == Numbers{980 + 2 * (7 * (7 + 2) + 1)});  // n0 = 2, n1 = 1, latest 0
  // 12 is left: split 12, depth 1, n1 = 1, latest 1.
  CHECK(lists.code(false) == Numbers{980 + 2 * (7 * 14 + 1) + 1});
  CHECK(lists.inputs().active_lists() == 0);
  lists.begin({1, 0, 0, 0, 0, 0, 0, 0});
  lists.code(false);
  // 3 and 2 are left: split 4, depth 1, n0 = 2, latest 0; then split 2: n1 = 2, latest 1.
  CHECK(lists.code(false) == Numbers{980 + 2 * 7 * (14 + 2)});
  CHECK(lists.code(true) == Numbers{980 + 2 * (7 * 14 + 2) + 1});
  // Split 3 at depth 3, class 3: n0 = 1 (2), n1 = 1 (3), the latest is 3.
  CHECK(lists.code(false) == Numbers{980 + 2 * (7 * (21 + 1) + 1) + 1});
  CHECK(lists.inputs().active_lists() == 1);  // token 2 is coded, and the list had it
}

TEST_CASE("whether the token is the candidate has states of its own, and a 0 rules it out") {
  Fixture lists;
  lists.seen(1, {2, 12, 3});  // 3, 12, 2 with a count of 1 each; 3 escapes of 3
  lists.begin({1, 0, 0, 0, 0, 0, 0, 0});
  lists.ask_for(12);
  CHECK(lists.code(false) == Numbers{980 + 2 * (7 * 2 + 1)});  // n0 = 2, n1 = 1, latest 0
  CHECK(lists.code(true) == Numbers{980 + 2 * 7 * (7 + 2)});   // root: 3 and 2 are left
  CHECK(lists.inputs().active_lists() == 0);
  lists.begin({1, 0, 0, 0, 0, 0, 0, 0});
  lists.ask_for(3);
  CHECK(lists.code(false) == Numbers{980 + 2 * (7 * 2 + 1) + 1});       // the latest
  CHECK(lists.code(true) == Numbers{980 + 2 * (7 * (7 + 1) + 1) + 1});  // 12 and 2, the latest 12
}

TEST_CASE("scores are those of the maps of the candidate's class") {
  Fixture lists;
  lists.seen(1, {5});
  for (int i = 0; i < 2; ++i) {
    lists.begin({1, 0, 0, 1, 0, 0, 0, 0});
    std::array<std::uint32_t, kListLanes> probability{};
    lists.inputs().score(0, probability);
    // One half, then what it is after a 1.
    CHECK(probability[0] == (i == 0 ? 2'097'152 : 3'495'231));
    CHECK(probability[1] == 0);
    CHECK(probability[3] == probability[0]);
    lists.inputs().score(1, probability);
    CHECK(probability == std::array<std::uint32_t, kListLanes>{});
    lists.ask_for(5);
    lists.code(true);
  }
}

TEST_CASE("a place of the token is gone back to, and going on without learning changes no map") {
  Fixture lists;
  lists.seen(1, {2, 12, 3});
  lists.begin({1, 0, 0, 0, 0, 0, 0, 0});
  SuccessorInputs& inputs = lists.inputs();
  const CodeTree tree = test::tree_of_16();
  const auto place = inputs.place();
  const std::vector<std::uint32_t> maps(inputs.maps().begin(), inputs.maps().end());
  inputs.descend(test::about(3), false);
  inputs.descend(test::at(root_node(tree), 3), true);
  CHECK(inputs.lanes().count[0][0] == 0);
  CHECK(inputs.lanes().count[1][0] == 1);  // 12
  inputs.descend(test::at(root_node(tree), 3), false);
  CHECK(inputs.active_lists() == 0);
  inputs.go_to(place);
  CHECK(inputs.active_lists() == 1);
  CHECK(inputs.lanes().count == place.count);
  CHECK(std::ranges::equal(inputs.maps(), maps));
}

TEST_CASE("an input is what its map has learned") {
  Fixture lists;
  lists.seen(1, {5});
  lists.begin({1, 0, 0, 0, 0, 0, 0, 0});
  lists.code(true);  // not 5
  lists.begin({1, 0, 0, 0, 0, 0, 0, 0});
  CHECK(lists.values()[0] == kAfter1);
  lists.begin({0, 1, 0, 0, 0, 0, 0, 0});
  CHECK(lists.values()[1] == kUnused);  // another list has maps of its own
}

TEST_CASE("maps learn with the limit 255") {
  Fixture lists;
  lists.seen(1, {5});
  for (int i = 0; i < 300; ++i) {
    lists.begin({1, 0, 0, 0, 0, 0, 0, 0});
    CHECK(lists.code(i % 2 == 0) == Numbers{1092});
  }
  CHECK((lists.inputs().maps()[1092] & 1023) == 255);
}

TEST_CASE("the highest order is that of the last active list of the first five") {
  Fixture lists;
  lists.seen(1, {5});
  lists.seen(2, {9});
  const auto highest = [&](const std::array<std::uint32_t, kLists>& context) {
    lists.begin(context);
    return lists.inputs().highest_order();
  };
  CHECK(highest({1, 0, 0, 0, 0, 0, 0, 0}) == 1);
  CHECK(highest({1, 1, 0, 0, 0, 1, 0, 0}) == 2);
  CHECK(highest({0, 0, 1, 0, 0, 0, 0, 1}) == 3);
  CHECK(highest({1, 0, 0, 1, 0, 0, 0, 0}) == 4);
  CHECK(highest({0, 0, 0, 0, 1, 0, 0, 0}) == 6);
  CHECK(highest({0, 0, 0, 0, 0, 1, 1, 1}) == 0);
  CHECK(highest({1, 0, 2, 0, 0, 0, 0, 0}) == 3);
  CHECK(lists.inputs().active_lists() == 2);
  lists.code(false);  // 9 is ruled out
  CHECK(lists.inputs().highest_order() == 1);
  CHECK(lists.inputs().active_lists() == 1);
}

TEST_CASE("lists that share a place change it once each") {
  Fixture lists;
  Contexts contexts;
  for (std::size_t i = 0; i < kLists; ++i) contexts.list[i] = Fixture::hash_of(i, 3);
  contexts.list[1] = contexts.list[0];
  lists.begin_with(contexts);
  lists.token(5);
  lists.begin({3, 0, 0, 0, 0, 0, 0, 0});
  // (5, 1), seen once: both changed the list that was there before; n0 = 1.
  CHECK(lists.code(false) == Numbers{1092});
}

}  // namespace czip::v2
