#include "czip/codec/v2/llm/token_match.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace czip::v2 {
namespace {

struct Follower {
  KnownTokens known;
  TokenMatch match;

  Follower() { match.reset(1000); }
  // What was expected before each token.
  std::vector<std::uint32_t> follow(LlmStream& stream, const std::vector<std::uint32_t>& tokens) {
    std::vector<std::uint32_t> expected;
    for (const std::uint32_t token : tokens) {
      expected.push_back(match.begin_token(stream, known));
      match.end_token(stream, token, expected.back());
      known.set(stream.position, token);
      stream.append(token);
    }
    return expected;
  }
};

constexpr std::uint32_t kNone = kNoLlmToken;

}  // namespace

TEST_CASE("four tokens that were there before give a match, until it is wrong") {
  Follower follower;
  LlmStream stream;
  follower.follow(stream, {1, 2, 3, 4, 5, 6, 7, 20});
  CHECK(follower.follow(stream, {1, 2, 3, 4, 5, 6, 8, 7}) ==
        std::vector<std::uint32_t>{kNone, kNone, kNone, kNone, 5, 6, 7, kNone});
  CHECK(stream.match_length == 0);
}

TEST_CASE("places that were noted are found as if they had been coded") {
  Follower follower;
  LlmStream noted;
  for (const std::uint32_t token : {9U, 1U, 2U, 3U, 4U, 5U, 6U}) {
    follower.match.note(noted);
    follower.known.set(noted.position, token);
    noted.append(token);
  }
  LlmStream stream;
  stream.begin = stream.position = noted.position;
  CHECK(follower.follow(stream, {1, 2, 3, 4, 5, 6}) ==
        std::vector<std::uint32_t>{kNone, kNone, kNone, kNone, 5, 6});
  CHECK(stream.match_length == 6);
}

TEST_CASE("a match counts how many tokens agree, at most 31") {
  Follower follower;
  LlmStream stream;
  follower.follow(stream, std::vector<std::uint32_t>(5, 3));
  CHECK(stream.match_length == 0);
  follower.follow(stream, {3});
  CHECK(stream.match_length == 5);
  follower.follow(stream, std::vector<std::uint32_t>(60, 3));
  CHECK(stream.match_length == kLlmMaxMatch);
}

TEST_CASE("a match reaches into another stream, as far as it is known") {
  Follower follower;
  LlmStream first;
  LlmStream second;
  second.begin = second.position = 100;
  follower.follow(second, {1, 2, 3, 4, 5});
  CHECK(follower.follow(first, {1, 2, 3, 4, 5, 6}) ==
        std::vector<std::uint32_t>{kNone, kNone, kNone, kNone, 5, kNone});
  // The tokens before a stream's own are not its context.
  LlmStream third;
  third.begin = third.position = 6;
  CHECK(follower.follow(third, {2, 3, 4, 5}) == std::vector<std::uint32_t>(4, kNone));
}

}  // namespace czip::v2
