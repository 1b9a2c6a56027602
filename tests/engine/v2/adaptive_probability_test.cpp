#include "czip/engine/v2/adaptive_probability.hpp"

#include <doctest/doctest.h>

namespace czip::v2 {
namespace {

constexpr std::uint32_t raw(std::uint32_t q, std::uint32_t count) { return q << 10 | count; }

AdaptiveProbability learned(AdaptiveProbability p, bool bit, std::uint32_t limit = 255) {
  p.update(bit, limit);
  return p;
}

}  // namespace

TEST_CASE("an unused probability is one half and has seen nothing") {
  CHECK(AdaptiveProbability().raw() == raw(1 << 21, 0));
  CHECK(AdaptiveProbability().p() == 2'097'152);
}

TEST_CASE("a probability is what lies above the count of 10 bits") {
  CHECK(AdaptiveProbability(raw(1, 1023)).p() == 1);
  CHECK(AdaptiveProbability(raw(0, 1023)).p() == 0);
  CHECK(AdaptiveProbability(0xffffffff).p() == 4'194'303);
}

TEST_CASE("a probability moves towards the bit by 1 / (count + 1.5), rounded down") {
  // 131072 // 3 = 43690; (4194303 - 2097152) * 43690 >> 16 = 91624527190 >> 16 = 1398079
  AdaptiveProbability p = learned({}, true);
  CHECK(p.raw() == raw(2097152 + 1398079, 1));
  CHECK(p.p() == 3'495'231);
  // 131072 // 5 = 26214; -3495231 * 26214 >> 16 = -91623985434 >> 16 = -1398072 (down, not to 0)
  p = learned(p, false);
  CHECK(p.raw() == raw(3495231 - 1398072, 2));
  // 131072 // 7 = 18724; -2097159 * 18724 >> 16 = -39267205116 >> 16 = -599170
  p = learned(p, false);
  CHECK(p.raw() == raw(2097159 - 599170, 3));
  // 131072 // 9 = 14563; (4194303 - 1497989) * 14563 >> 16 = 39266420782 >> 16 = 599158
  p = learned(p, true);
  CHECK(p.raw() == raw(1497989 + 599158, 4));
}

TEST_CASE("the count stops at the limit, and so does the rate") {
  AdaptiveProbability p(raw(1 << 21, 30));
  // 131072 // 63 = 2080; 2097151 * 2080 >> 16 = 66559 (2097152 * 2080 / 65536 = 66560, less 0.03)
  CHECK(learned(p, true, 30).raw() == raw(2097152 + 66559, 30));
  CHECK(learned(p, true, 31).raw() == raw(2097152 + 66559, 31));
  // 131072 // 2049 = 63; 2097151 * 63 >> 16 = 2015
  CHECK(learned(AdaptiveProbability(raw(1 << 21, 1023)), true, 1023).raw() ==
        raw(2097152 + 2015, 1023));
}

TEST_CASE("probabilities at the ends of the range stay there") {
  CHECK(learned(AdaptiveProbability(raw(4194303, 0)), true).raw() == raw(4194303, 1));
  CHECK(learned(AdaptiveProbability(raw(0, 0)), false).raw() == raw(0, 1));
  // The step towards 0 is rounded down, so that 0 is reached: -1 * (131072 // 511 = 256) >> 16 =
  // -1.
  CHECK(learned(AdaptiveProbability(raw(1, 254)), false).raw() == raw(0, 255));
  // That towards 1 is rounded down, too, and ends short of it: 1 * 256 >> 16 = 0.
  CHECK(learned(AdaptiveProbability(raw(4194302, 254)), true).raw() == raw(4194302, 255));
}

}  // namespace czip::v2
