#include "czip/codec/v2/coding/counter_inputs.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "support/logistic.hpp"
#include "support/small_trees.hpp"

namespace czip::v2 {
namespace {

using Inputs = std::array<std::int32_t, 4>;

// By adaptive_probability_test.cpp an unused counter has the probability 2097152, after a 1
// 3495231, after a 0 2097152 - 1398080 = 699072 (2097152 * 43690 >> 16 = 1398080, rounded up).
constexpr std::int32_t kUnused = 1;
const std::int32_t kAfter1 = test::stretch(3'495'231);
const std::int32_t kAfter0 = test::stretch(699'072);

std::uint64_t context(std::uint64_t number) { return hash_combine(0, number); }

// The context whose line at the root, whose split is 8, has this hash: H read backwards.
std::uint64_t context_with(std::uint64_t hash) {
  constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15;
  std::uint64_t inverse = kMultiplier;  // modulo 2^64: each step doubles the bits that are right
  for (int i = 0; i < 6; ++i) inverse *= 2 - kMultiplier * inverse;
  const std::uint64_t x = hash ^ hash >> 29 ^ hash >> 58;
  return ((x - 0x632be59bd9b4e019) * inverse) ^ 8;
}

class Fixture {
 public:
  explicit Fixture(std::uint32_t table_log2 = 10, bool hashed = true) {
    counters_.reset(tree_, table_log2, hashed);
  }

  // The contexts are numbered.
  void begin(std::uint64_t order_1, std::uint64_t order_2, std::uint64_t word) {
    begin_with(context(order_1), context(order_2), context(word));
  }
  void begin_with(std::uint64_t order_1, std::uint64_t order_2, std::uint64_t word) {
    Contexts contexts;
    contexts.order[1] = order_1;
    contexts.order[2] = order_2;
    contexts.word = word;
    node_ = root_node(tree_);
    counters_.begin_tree(contexts, node_, learns);
  }
  [[nodiscard]] Inputs inputs() const {
    Inputs inputs{};
    counters_.predict(test::logistic(), inputs);
    return inputs;
  }
  [[nodiscard]] Inputs inputs_of(std::uint32_t candidate) const {
    Inputs inputs{9, 9, 9, 9};
    counters_.predict_candidate(candidate, test::logistic(), inputs);
    return inputs;
  }
  void code(bool bit) {
    counters_.learn(bit);
    skip(bit);
  }
  // Goes on without learning the bit, as where only one is possible.
  void skip(bool bit) {
    node_ = child_node(tree_, node_, bit);
    counters_.go_on(bit, node_.split == CodeTree::kLeaf ? nullptr : &node_, learns);
  }
  [[nodiscard]] CounterInputs& counters() { return counters_; }

  bool learns = true;

 private:
  CodeTree tree_ = test::tree_of_16();
  Node node_;
  CounterInputs counters_;
};

Inputs all(std::int32_t value) { return {value, value, value, value}; }

}  // namespace

TEST_CASE("a counter learns the bits of its node, order 0 whatever the context") {
  Fixture counters;
  counters.begin(1, 2, 3);
  CHECK(counters.inputs() == all(kUnused));
  counters.code(true);
  CHECK(counters.inputs() == all(kUnused));  // another node
  counters.begin(1, 2, 3);
  CHECK(counters.inputs() == all(kAfter1));
  counters.begin(9, 2, 3);
  CHECK(counters.inputs() == Inputs{kAfter1, kUnused, kAfter1, kAfter1});
  counters.begin(1, 9, 3);
  CHECK(counters.inputs() == Inputs{kAfter1, kAfter1, kUnused, kAfter1});
  counters.begin(1, 2, 9);
  CHECK(counters.inputs() == Inputs{kAfter1, kAfter1, kAfter1, kUnused});
}

TEST_CASE("every node of a token has counters of its own, on every level") {
  Fixture counters;
  for (std::uint32_t rank = 0; rank < 16; ++rank) {
    counters.begin(rank + 100, rank + 200, rank + 300);  // new contexts: counters 1 to 3 unused
    for (const std::uint32_t place : {3u, 2u, 1u, 0u}) {
      const Inputs inputs = counters.inputs();
      CHECK(inputs[1] == kUnused);
      CHECK(inputs[2] == kUnused);
      CHECK(inputs[3] == kUnused);
      counters.code((rank >> place & 1) != 0);
    }
  }
  // What each node of one context learned from its one token shows on the same way again, and the
  // nodes beside it have learned nothing.
  counters.begin(105, 205, 305);  // 5 = 0101
  CHECK(counters.inputs()[1] == kAfter0);
  counters.code(false);
  CHECK(counters.inputs()[1] == kAfter1);
  counters.code(true);
  CHECK(counters.inputs()[1] == kAfter0);
  counters.code(false);
  CHECK(counters.inputs()[1] == kAfter1);  // depth 3: another line
  counters.begin(105, 205, 305);
  counters.code(true);
  CHECK(counters.inputs()[1] == kUnused);
  counters.code(true);
  CHECK(counters.inputs()[1] == kUnused);
}

TEST_CASE("a line that another context takes is empty for it, and afterwards for the first") {
  // Two lines for each context: the highest bit of H(context, 8) picks one.
  const auto line = [](std::uint64_t number) { return hash_combine(context(number), 8) >> 63; };
  std::uint64_t other = 2;
  while (line(other) != line(1)) ++other;
  std::uint64_t apart = 2;
  while (line(apart) == line(1)) ++apart;
  Fixture counters(1);
  counters.begin(1, 1, 1);
  counters.code(true);
  counters.begin(apart, 1, 1);
  CHECK(counters.inputs()[1] == kUnused);
  counters.begin(1, 1, 1);
  CHECK(counters.inputs()[1] == kAfter1);
  counters.begin(other, 1, 1);
  CHECK(counters.inputs() == Inputs{kAfter1, kUnused, kAfter1, kAfter1});
  counters.begin(1, 1, 1);
  CHECK(counters.inputs()[1] == kUnused);
}

TEST_CASE("a line's check is the lower half of the hash with its lowest bit set") {
  constexpr std::uint64_t kHash = 0x0123456789abcdee;
  REQUIRE(hash_combine(context_with(kHash), 8) == kHash);
  Fixture counters;
  counters.begin_with(context_with(kHash), 1, 1);
  counters.code(true);
  counters.begin_with(context_with(kHash | 1), 1, 1);  // the same check
  CHECK(counters.inputs()[1] == kAfter1);
  counters.begin_with(context_with(kHash ^ 2), 1, 1);
  CHECK(counters.inputs()[1] == kUnused);
}

TEST_CASE("counters learn with the limit 30") {
  // By the recurrence of czip-v2-coding.md, section 5: a hundred ones, then a 0.
  std::int64_t q = 1 << 21;
  for (std::int64_t n = 0; n < 100; ++n) {
    q += ((4194303 - q) * (131072 / (2 * std::min<std::int64_t>(n, 30) + 3))) >> 16;
  }
  q += (-q * (131072 / 63)) >> 16;
  CHECK(q == 4057688);  // 4190694 - 133006
  Fixture counters;
  for (int i = 0; i < 100; ++i) {
    counters.begin(1, 2, 3);
    counters.code(true);
  }
  counters.begin(1, 2, 3);
  counters.code(false);
  counters.begin(1, 2, 3);
  CHECK(counters.inputs() == all(test::stretch(4'057'688)));
}

TEST_CASE("each candidate has one counter, which no node has") {
  Fixture counters;
  CHECK(counters.inputs_of(8) == Inputs{kUnused, 0, 0, 0});
  counters.counters().update_candidate(8, true);
  counters.counters().update_candidate(9, false);
  CHECK(counters.inputs_of(8) == Inputs{kAfter1, 0, 0, 0});
  CHECK(counters.inputs_of(9) == Inputs{kAfter0, 0, 0, 0});
  CHECK(counters.inputs_of(0) == Inputs{kUnused, 0, 0, 0});
  CHECK(counters.inputs_of(15) == Inputs{kUnused, 0, 0, 0});
  counters.begin(1, 2, 3);
  CHECK(counters.inputs() == all(kUnused));  // the root, whose split is 8
}

TEST_CASE("without hashed counters those of order 0 are left") {
  Fixture counters(10, false);
  counters.begin(1, 2, 3);
  CHECK(counters.inputs() == Inputs{kUnused, 0, 0, 0});
  counters.code(true);
  CHECK(counters.inputs() == Inputs{kUnused, 0, 0, 0});
  counters.begin(1, 2, 3);
  CHECK(counters.inputs() == Inputs{kAfter1, 0, 0, 0});
}

TEST_CASE("a node that takes no bit learns nothing, and those behind it have their own counters") {
  Fixture counters;
  counters.begin(1, 2, 3);
  counters.code(true);
  counters.skip(false);
  counters.code(true);  // 8..11, split 10
  counters.begin(1, 2, 3);
  counters.skip(true);
  CHECK(counters.inputs() == all(kUnused));
  counters.skip(false);
  CHECK(counters.inputs() == all(kAfter1));
}

TEST_CASE("to look ahead puts nothing into the tables") {
  Fixture counters;
  counters.learns = false;
  counters.begin(1, 2, 3);
  const auto place = counters.counters().place();
  CHECK(counters.inputs() == all(kUnused));
  for (int depth = 0; depth < 4; ++depth) {
    counters.skip(false);
    if (depth < 3) CHECK(counters.inputs() == all(kUnused));
  }
  // Lines of other contexts stay as they are: here all have one line each.
  Fixture one(1);
  one.begin(1, 1, 1);
  one.code(true);
  one.learns = false;
  for (std::uint64_t other = 2; other < 20; ++other) one.begin(other, other, other);
  one.begin(1, 1, 1);
  CHECK(one.inputs() == all(kAfter1));
  counters.counters().go_to(place);
  CHECK(counters.inputs() == all(kUnused));
}

TEST_CASE("lines that were saved are put back") {
  Fixture counters(1);
  counters.begin(1, 1, 1);
  counters.code(true);
  UndoLog log;
  const auto order0 = counters.counters().order0_to_restore();
  log.save(order0.data(), order0.size());
  const CodeTree tree = test::tree_of_16();
  for (std::uint64_t other = 2; other < 20; ++other) {
    Contexts contexts;
    contexts.order[1] = contexts.order[2] = contexts.word = context(other);
    counters.counters().save_lines(contexts, root_node(tree), log);
    counters.begin(other, other, other);
    counters.code(false);
  }
  log.roll_back();
  counters.begin(1, 1, 1);
  CHECK(counters.inputs() == all(kAfter1));
}

}  // namespace czip::v2
