#include "czip/engine/v2/logistic.hpp"

#include <doctest/doctest.h>

namespace czip::v2 {

TEST_CASE("squash is the logistic function, rounded") {
  const Logistic logistic;
  // 2^22 / (1 + exp(-x / 256)) to three digits after the point.
  CHECK(logistic.squash(0) == 2'097'152);
  CHECK(logistic.squash(1) == 2'101'248);     // 2101247.995
  CHECK(logistic.squash(-1) == 2'093'056);    // 2093056.005
  CHECK(logistic.squash(256) == 3'066'282);   // 3066281.921
  CHECK(logistic.squash(-256) == 1'128'022);  // 1128022.079
  CHECK(logistic.squash(512) == 3'694'331);   // 3694330.707
  CHECK(logistic.squash(1000) == 4'111'596);  // 4111595.982
  CHECK(logistic.squash(2047) == 4'192'892);  // 4192891.936
  CHECK(logistic.squash(-2500) == 241);       // 240.701
  CHECK(logistic.squash(2815) == 4'194'234);  // 4194233.675
  CHECK(logistic.squash(3904) == 4'194'303);  // 4194303.001
}

TEST_CASE("squash ends at 1 and at 2^22 - 1, and both sides add up to 2^22") {
  const Logistic logistic;
  CHECK(logistic.squash(4095) == 4'194'303);  // 4194303.526, and 2^22 is no probability
  CHECK(logistic.squash(-4095) == 1);         // 0.474
  CHECK(logistic.squash(1'000'000) == 4'194'303);
  CHECK(logistic.squash(-1'000'000) == 1);
  CHECK(logistic.squash(INT32_MAX) == 4'194'303);
  CHECK(logistic.squash(INT32_MIN) == 1);
  for (std::int32_t x = 0; x <= kMaxStretch; ++x) {
    REQUIRE(logistic.squash(x) + logistic.squash(-x) == 4'194'304);
    REQUIRE(logistic.squash(x) >= logistic.squash(x - 1));
  }
}

TEST_CASE("stretch looks up 4096 parts of the whole, and finer ones near both ends") {
  CHECK(kSteepBelow == 65'536);  // 2^-6 of 2^22
  CHECK(Logistic::stretch_index(0) == 0);
  CHECK(Logistic::stretch_index(15) == 0);
  CHECK(Logistic::stretch_index(16) == 1);
  CHECK(Logistic::stretch_index(65'535) == 4095);
  CHECK(Logistic::stretch_index(65'536) == 8192 + 64);
  CHECK(Logistic::stretch_index(65'536 + 1023) == 8192 + 64);
  CHECK(Logistic::stretch_index(65'536 + 1024) == 8192 + 65);
  CHECK(Logistic::stretch_index(2'097'152) == 8192 + 2048);
  CHECK(Logistic::stretch_index(4'128'767) == 8192 + 4031);
  CHECK(Logistic::stretch_index(4'128'768) == 4096);
  CHECK(Logistic::stretch_index(4'194'303) == 4096 + 4095);
}

TEST_CASE("stretch is the least value whose squash reaches the middle of its part") {
  const Logistic logistic;
  // The part of 2097152 has the middle 2097664 = 2^21 + 512, which x = 1 (+ 4096) reaches; that of
  // 2097151 the middle 2096640 = 2^21 - 512, which x = 0 reaches and x = -1 (- 4096) does not.
  CHECK(logistic.stretch(2'097'152) == 1);
  CHECK(logistic.stretch(2'097'151) == 0);
  // The middle of the first part is 8, to which 7.5 is rounded: 256 * ln(7.5 / 2^22) = -3387.99.
  CHECK(logistic.stretch(0) == -3387);
  // That of the last one is 2^22 - 8: 256 * ln((2^22 - 8.5) / 8.5) = 3355.95.
  CHECK(logistic.stretch(4'194'303) == 3356);
  std::uint32_t wrong = 0;
  for (std::uint32_t p = 0; p <= kMaxProbability; ++p) {
    const bool steep = p < 65'536 || p >= 4'128'768;
    const std::uint32_t part = steep ? 16 : 1024;
    const std::uint32_t middle = p / part * part + part / 2;
    const std::int32_t x = logistic.stretch(p);
    if (logistic.squash(x) < middle || logistic.squash(x - 1) >= middle) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("the table of stretch, and one entry behind it, may be read as pairs") {
  const Logistic logistic;
  for (const std::uint32_t p : {0U, 65'535U, 65'536U, 2'097'152U, 4'128'768U, 4'194'303U})
    CHECK(logistic.stretch_table()[Logistic::stretch_index(p)] == logistic.stretch(p));
  CHECK(logistic.stretch_table()[3 * kStretchEntries] == 0);
}

}  // namespace czip::v2
