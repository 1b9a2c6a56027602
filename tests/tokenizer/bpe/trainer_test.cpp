#include "czip/tokenizer/bpe/trainer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace czip::bpe {
namespace {

// What training adds to the single bytes, `count` tokens at most.
std::vector<std::string> merged(const std::vector<std::string_view>& pieces, std::uint32_t count) {
  Trainer trainer;
  for (const std::string_view piece : pieces) REQUIRE(trainer.add_piece(piece));
  const auto tokens = trainer.train(static_cast<std::uint32_t>(kByteValues) + count);
  REQUIRE(tokens);
  for (std::size_t byte = 0; byte < kByteValues; ++byte)
    REQUIRE((*tokens)[byte] == std::string(1, static_cast<char>(byte)));
  return {tokens->begin() + kByteValues, tokens->end()};
}

TEST_CASE("the most frequent pair is merged first, worked out by hand") {
  // Pairs: hu 4, ug 4, un 2, gs 1, pu 2, bu 1. hu has the smaller left token: "hu". Then in
  // (hu)g 3, (hu)n 1, ... : "hug" 3 times is the most frequent.
  const std::vector<std::string_view> pieces{"hug", "hug", "hugs", "pun", "pun", "hun"};
  CHECK(merged(pieces, 1) == std::vector<std::string>{"hu"});
  // Left after "hu": (hu)g 3, (hu)n 1, gs 1, pu 2, un 2.
  CHECK(merged(pieces, 2) == std::vector<std::string>{"hu", "hug"});
  // pu and un are seen twice each: p is the smaller left token.
  CHECK(merged(pieces, 3) == std::vector<std::string>{"hu", "hug", "pu"});
  CHECK(merged(pieces, 4) == std::vector<std::string>{"hu", "hug", "pu", "pun"});
}

TEST_CASE("a run is merged from its left") {
  // aaaaa becomes (aa)(aa)a. Then (aa)(aa) and (aa)a are seen twice each, and a is the smaller
  // right token: (aa)(aaa), which is all that is left to merge.
  CHECK(merged({"aaaaa", "aaaaa"}, 3) == std::vector<std::string>{"aa", "aaa", "aaaaa"});
}

TEST_CASE("a text that is too short for a vocabulary says what it suffices for") {
  Trainer trainer;
  for (int i = 0; i < 2; ++i) REQUIRE(trainer.add_piece("abc"));
  const auto refused = trainer.train(300);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::invalid_argument);
  CHECK(refused.error().message.find("vocabulary of 300 tokens") != std::string::npos);
  CHECK(refused.error().message.find(" 258, the largest possible") != std::string::npos);
  CHECK(trainer.train(258).value() == trainer.train_at_most(300).value());
  CHECK(trainer.train_at_most(257).value().size() == 257);
}

TEST_CASE("training tells how many tokens there are, and ends with an error of who is told") {
  Trainer trainer;
  std::string piece;
  for (char byte = 'a'; byte <= 'z'; ++byte) piece += byte;
  for (int i = 0; i < 2; ++i) {
    REQUIRE(trainer.add_piece(piece));
    REQUIRE(trainer.add_piece(std::string(piece.rbegin(), piece.rend())));
  }
  std::vector<std::uint64_t> told;
  const TrainerReport follow = [&told](std::uint64_t tokens, std::uint64_t wanted) -> Status {
    CHECK(wanted == 300);
    told.push_back(tokens);
    return {};
  };
  CHECK(trainer.train(300, follow).value() == trainer.train(300).value());
  CHECK(told == std::vector<std::uint64_t>{272, 288});
  const auto stopped = trainer.train(
      300, [](std::uint64_t, std::uint64_t) -> Status { return fail(ErrorCode::cancelled, "no"); });
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == ErrorCode::cancelled);
}

TEST_CASE("no token goes across two pieces, and pairs seen once are not merged") {
  Trainer trainer;
  REQUIRE(trainer.add_piece("ab"));
  REQUIRE(trainer.add_piece("cd"));
  for (const std::uint32_t size : {0U, 255U, 257U}) {
    const auto refused = trainer.train(size);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::invalid_argument);
  }
  CHECK(trainer.train(256));
  CHECK(trainer.train_at_most(257).value().size() == 256);
}

}  // namespace
}  // namespace czip::bpe
