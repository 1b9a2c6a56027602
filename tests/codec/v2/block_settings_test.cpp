#include "czip/codec/v2/coding/block_settings.hpp"

#include <doctest/doctest.h>

namespace czip::v2 {

TEST_CASE("a text has a stream of the network for every 16 KiB, a power of two, at most 8") {
  // min(8, 2^floor(log2(max(n / 16384, 1))))
  CHECK(network_streams_log2(0) == 0);
  CHECK(network_streams_log2(16383) == 0);
  CHECK(network_streams_log2(2 * 16384 - 1) == 0);
  CHECK(network_streams_log2(2 * 16384) == 1);
  CHECK(network_streams_log2(4 * 16384 - 1) == 1);
  CHECK(network_streams_log2(4 * 16384) == 2);
  CHECK(network_streams_log2(8 * 16384 - 1) == 2);
  CHECK(network_streams_log2(8 * 16384) == 3);
  CHECK(network_streams_log2(std::uint64_t{64} << 20) == 3);
  CHECK(network_streams_log2(~std::uint64_t{0}) == 3);
}

}  // namespace czip::v2
