#include "czip/tokenizer/v1/piece_splitter.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace czip::v1 {
namespace {

std::vector<std::string> pieces_of(const PieceSplitter& splitter, std::string_view text) {
  std::vector<std::string> pieces;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  REQUIRE(splitter.for_each_piece({bytes, text.size()}, [&](std::string_view piece) -> Status {
    pieces.emplace_back(piece);
    return {};
  }));
  return pieces;
}

TEST_CASE("text is split by the pattern; what it skips is a piece, too") {
  const auto splitter = PieceSplitter::create(R"( ?\p{L}+|\d)");
  REQUIRE(splitter);
  CHECK(pieces_of(*splitter, "").empty());
  CHECK(pieces_of(*splitter, "two words, 42!") ==
        std::vector<std::string>{"two", " words", ", ", "4", "2", "!"});
}

TEST_CASE("bytes that are not UTF-8 end a piece and belong to none") {
  const auto splitter = PieceSplitter::create(R"(\p{L}+)");
  REQUIRE(splitter);
  CHECK(pieces_of(*splitter, "ab\xff\xffgr\xc3\xbcn\xc3") ==
        std::vector<std::string>{"ab", "gr\xc3\xbcn"});
}

TEST_CASE("an error of the caller ends the splitting") {
  const auto splitter = PieceSplitter::create(".");
  REQUIRE(splitter);
  const std::vector<std::uint8_t> text{'a', 'b', 'c'};
  int calls = 0;
  const Status status = splitter->for_each_piece(text, [&](std::string_view) -> Status {
    if (++calls == 2) return fail(ErrorCode::io, "enough");
    return {};
  });
  REQUIRE_FALSE(status);
  CHECK(status.error().code == ErrorCode::io);
  CHECK(calls == 2);
}

TEST_CASE("a pattern that is none is refused") {
  const auto splitter = PieceSplitter::create("(a");
  REQUIRE_FALSE(splitter);
  CHECK(splitter.error().code == ErrorCode::corrupt);
}

}  // namespace
}  // namespace czip::v1
