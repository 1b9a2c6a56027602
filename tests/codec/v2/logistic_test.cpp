#include "czip/codec/v2/coding/logistic.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "czip/codec/v2/model/parts.hpp"
#include "support/linear_logistic.hpp"
#include "support/v2_files.hpp"

namespace czip::v2 {
namespace {

std::vector<std::uint16_t> flat_table(std::uint16_t value) {
  return std::vector<std::uint16_t>(kSquashEntries, value);
}

}  // namespace

TEST_CASE("the model's table is the logistic function") {
  const Logistic& logistic = test::tiny_model_v2().parts().logistic;
  CHECK(logistic.squash(0) == 32768);       // 65536 / 2
  CHECK(logistic.squash(256) == 47911);     // 65536 / (1 + 1 / e) = 65536 * 0.7310586 = 47910.7
  CHECK(logistic.squash(-256) == 17625);    // 65536 - 47910.7 = 17625.3
  CHECK(logistic.squash(512) == 57724);     // 65536 * 0.8807971 = 57723.9
  CHECK(logistic.squash(2047) == 65514);    // 65536 * (1 - 1 / (1 + e^7.99609)) = 65536 - 22.1
  CHECK(logistic.squash(2815) == 65535);    // 65536 - 1.1
  CHECK(logistic.squash(-2815) == 1);       // 1.1
  CHECK(logistic.squash(100000) == 65535);  // as 2815
  CHECK(logistic.squash(-100000) == 1);
  for (std::int32_t x = 0; x <= kMaxStretch; ++x) {
    REQUIRE(logistic.squash(x) + logistic.squash(-x) == 65536);
  }
}

TEST_CASE("stretch is the least value whose squash reaches the middle of the sixteenth") {
  const Logistic& logistic = test::tiny_model_v2().parts().logistic;
  CHECK(logistic.stretch(0) == -2047);     // squash(-2047) = 22 >= 8
  CHECK(logistic.stretch(32760) == 0);     // sixteenth 2047: squash(0) = 32768 >= 32760
  CHECK(logistic.stretch(32768) == 1);     // sixteenth 2048: 32776, squash(1) = 32832
  CHECK(logistic.stretch(65535) == 2047);  // no value reaches 65528
  for (std::uint32_t p = 0; p <= 65535; ++p) {
    const std::uint32_t middle = p / 16 * 16 + 8;
    const std::int32_t x = logistic.stretch(p);
    REQUIRE((x == 2047 || logistic.squash(x) >= middle));
    REQUIRE((x == -2047 || logistic.squash(x - 1) < middle));
  }
}

TEST_CASE("the tests' linear table has the values that its header promises") {
  const Logistic linear = test::linear_logistic();
  CHECK(linear.squash(0) == 32768);
  CHECK(linear.squash(-2047) == 16);
  CHECK(linear.squash(-2048) == 1);
  CHECK(linear.squash(2047) == 65520);
  CHECK(linear.squash(2048) == 65535);
  for (std::uint32_t p = 0; p <= 65535; ++p) {
    REQUIRE(linear.stretch(p) == std::min(static_cast<std::int32_t>(p / 16) - 2047, 2047));
  }
}

TEST_CASE("a table of another size, one that begins with 0 and one that descends are refused") {
  CHECK(Logistic::create(flat_table(1)).has_value());
  CHECK(Logistic::create(flat_table(0)).error().code == ErrorCode::corrupt);
  auto table = flat_table(2);
  table.back() = 1;
  CHECK(Logistic::create(table).error().code == ErrorCode::corrupt);
  table.pop_back();
  CHECK(Logistic::create(table).error().code == ErrorCode::corrupt);
  CHECK(Logistic::create({}).error().code == ErrorCode::corrupt);
}

}  // namespace czip::v2
