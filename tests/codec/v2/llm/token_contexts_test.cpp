#include "czip/codec/v2/llm/token_contexts.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace czip::v2 {
namespace {

struct Learner {
  LlmStream stream;
  TokenContexts contexts;

  Learner() { contexts.reset(1000); }
  void learn(const std::vector<std::uint32_t>& tokens) {
    for (const std::uint32_t token : tokens) {
      contexts.begin_token(stream);
      contexts.end_token(token);
      stream.append(token);
    }
    contexts.begin_token(stream);
  }
};

}  // namespace

TEST_CASE("successors are kept by the last one, with counts") {
  Successors s;
  for (const std::uint32_t token : {5U, 6U, 5U, 5U, 5U}) s.add(token);
  CHECK(s.token(0) == 5);
  CHECK(s.count(0) == 4);
  CHECK(s.token(1) == 6);
  CHECK(s.count(1) == 1);
  CHECK(s.entries[2] == 0);
  s.add(7);
  // 5 has one less than it had, because it was not it.
  CHECK(s.token(0) == 7);
  CHECK(s.token(1) == 5);
  CHECK(s.count(1) == 3);
  CHECK(s.token(2) == 6);
  s.add(0);
  CHECK(s.token(0) == 0);
  CHECK(s.token(2) == 5);
  CHECK(s.count(2) == 2);
}

TEST_CASE("a count stops at its limit") {
  Successors s;
  for (int i = 0; i < 300; ++i) s.add((1 << 20) - 1);
  CHECK(s.count(0) == kLlmMaxCount);
  CHECK(s.token(0) == (1 << 20) - 1);
}

TEST_CASE("what a context says of a token") {
  CHECK(context_stand(nullptr, 5) == 0);
  Successors s;
  s.add(6);
  for (int i = 0; i < 3; ++i) s.add(5);
  CHECK(context_stand(&s, 5) == 1 + kLlmCountClasses + 2);  // first, count 3
  CHECK(context_stand(&s, 6) == 1 + 2 * kLlmCountClasses);  // second, count 1
  CHECK(context_stand(&s, 7) == 1 + 2);                     // none; the first has count 3
}

TEST_CASE("each order remembers what followed as many tokens") {
  Learner learner;
  learner.learn({1, 2, 3, 4, 5, 6, 9, 2, 3});
  REQUIRE(learner.contexts.find(0) != nullptr);
  CHECK(learner.contexts.find(0)->token(0) == 4);
  REQUIRE(learner.contexts.find(1) != nullptr);
  CHECK(learner.contexts.find(1)->token(0) == 4);
  // Three tokens: 9, 2, 3 is new.
  CHECK(learner.contexts.find(2) == nullptr);
}

TEST_CASE("a stream's beginning is a context, too") {
  Learner learner;
  learner.learn({8});
  learner.stream = {};
  learner.contexts.begin_token(learner.stream);
  for (std::size_t order = 0; order < kLlmOrders.size(); ++order) {
    REQUIRE(learner.contexts.find(order) != nullptr);
    CHECK(learner.contexts.find(order)->token(0) == 8);
  }
}

}  // namespace czip::v2
