#include "czip/codec/scoring.hpp"

#include <doctest/doctest.h>

namespace czip {
namespace {

TEST_CASE("the information of an event is the binary logarithm of its chances") {
  CHECK(code_length(1, 1) == 0);
  CHECK(code_length(65'535, 65'535) == 0);
  CHECK(code_length(32'768, 65'536) == kCostOfBit);
  CHECK(code_length(1, 65'536) == 16 * kCostOfBit);
  CHECK(code_length(1, std::uint32_t{1} << 30) == 30 * kCostOfBit);
  CHECK(code_length(1, 0xffffffff) == 32 * kCostOfBit);
  CHECK(code_length(1, 3) == 103'872);       // log2(3) = 1.5849625
  CHECK(code_length(2, 3) == 38'336);        // log2(1.5) = 0.5849625
  CHECK(code_length(1, 10) == 217'706);      // log2(10) = 3.3219281
  CHECK(code_length(65'535, 65'536) == 1);   // 1.4427 units
  CHECK(code_length(65'500, 65'536) == 52);  // 51.95 units
}

TEST_CASE("what is less likely costs no less") {
  std::uint32_t before = code_length(1, 65'536);
  for (std::uint32_t part = 2; part <= 65'536; ++part) {
    const std::uint32_t cost = code_length(part, 65'536);
    REQUIRE(cost <= before);
    before = cost;
  }
}

}  // namespace
}  // namespace czip
