#include "czip/codec/v2/coding/stream_layout.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace czip::v2 {
namespace {

// Every token in the order in which they are coded.
std::vector<std::size_t> order_of(std::size_t tokens, std::uint8_t streams_log2) {
  const StreamLayout layout(tokens, streams_log2);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < layout.steps(); ++i) {
    for (std::uint32_t s = 0; s < layout.active_streams(i); ++s) {
      order.push_back(layout.position(s, i));
    }
  }
  return order;
}

}  // namespace

TEST_CASE("one stream codes the tokens in a row") {
  CHECK(order_of(4, 0) == std::vector<std::size_t>{0, 1, 2, 3});
  CHECK(StreamLayout(4, 0).streams() == 1);
  CHECK(StreamLayout(4, 0).steps() == 4);
}

TEST_CASE("streams have ceil(tokens / streams) tokens each, and the last ones what is left") {
  // L = ceil(10 / 4) = 3: 0 1 2, 3 4 5, 6 7 8, 9
  CHECK(order_of(10, 2) == std::vector<std::size_t>{0, 3, 6, 9, 1, 4, 7, 2, 5, 8});
  // L = ceil(9 / 4) = 3: the last stream has none.
  CHECK(order_of(9, 2) == std::vector<std::size_t>{0, 3, 6, 1, 4, 7, 2, 5, 8});
  // L = ceil(5 / 4) = 2: 0 1, 2 3, 4
  CHECK(order_of(5, 2) == std::vector<std::size_t>{0, 2, 4, 1, 3});
  CHECK(order_of(8, 2) == std::vector<std::size_t>{0, 2, 4, 6, 1, 3, 5, 7});
}

TEST_CASE("fewer tokens than streams are one for each of the first") {
  CHECK(order_of(3, 6) == std::vector<std::size_t>{0, 1, 2});
  CHECK(order_of(0, 6).empty());
  CHECK(order_of(0, 0).empty());
}

TEST_CASE("every token is coded once, whatever their number") {
  for (std::uint8_t streams_log2 = 0; streams_log2 <= 6; ++streams_log2) {
    for (std::size_t tokens = 0; tokens < 300; ++tokens) {
      const std::size_t streams = std::size_t{1} << streams_log2;
      const std::size_t length = (tokens + streams - 1) / streams;
      std::vector<std::size_t> expected;
      for (std::size_t i = 0; i < length; ++i) {
        for (std::size_t s = 0; s < streams; ++s) {
          if (s * length + i < tokens) expected.push_back(s * length + i);
        }
      }
      REQUIRE(expected.size() == tokens);
      REQUIRE(order_of(tokens, streams_log2) == expected);
    }
  }
}

TEST_CASE("streams begin with a number and no history") {
  const std::vector<Stream> streams = StreamLayout(100, 3).make_streams();
  REQUIRE(streams.size() == 8);
  for (std::uint32_t s = 0; s < 8; ++s) {
    CHECK(streams[s].number == s);
    CHECK(streams[s].history.size() == 0);
    CHECK(streams[s].matches.position == std::array<std::uint32_t, 2>{0, 0});
  }
}

}  // namespace czip::v2
