#include "czip/codec/v2/coding/counter_inputs.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "support/linear_logistic.hpp"
#include "support/small_trees.hpp"

namespace czip::v2 {
namespace {

using Inputs = std::array<std::int32_t, 4>;

// By the linear table and adaptive_probability_test.cpp: an unused counter has the probability
// 32768, stretched 32768 / 16 - 2047 = 1; after a 1 it has 54612, stretched 3413 - 2047 = 1366;
// after a 0 it has q = 2097152 - 1398080 = 699072 (2097152 * 43690 >> 16 = 1398080), 10923,
// stretched 682 - 2047 = -1365.
constexpr std::int32_t kUnused = 1;
constexpr std::int32_t kAfter1 = 1366;
constexpr std::int32_t kAfter0 = -1365;

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
  explicit Fixture(std::uint32_t table_log2 = 10) : counters_(tree_, table_log2) {}

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
    counters_.begin_token(contexts, node_);
  }
  [[nodiscard]] Inputs inputs() const {
    Inputs inputs{};
    counters_.predict(logistic_, inputs);
    return inputs;
  }
  void code(bool bit) {
    node_ = child_node(tree_, node_, bit);
    counters_.update(bit, node_.split == CodeTree::kLeaf ? nullptr : &node_);
  }

 private:
  CodeTree tree_ = test::tree_of_16();
  Logistic logistic_ = test::linear_logistic();
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
  // 4190694 - 133006: 63401 in Q16, stretched 3962 - 2047
  CHECK(q == 4057688);
  Fixture counters;
  for (int i = 0; i < 100; ++i) {
    counters.begin(1, 2, 3);
    counters.code(true);
  }
  counters.begin(1, 2, 3);
  counters.code(false);
  counters.begin(1, 2, 3);
  CHECK(counters.inputs() == all(1915));
}

}  // namespace czip::v2
