// The range coder against numbers worked out by hand and against the encoder of czip-v2-coding.md,
// section 4, with `low` as an integer of any length.
#include "v2/coding/range_coder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/splitmix64.hpp"

namespace czip::v2 {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Decision {
  bool bit;
  std::uint32_t p1;
};

// A probability in units of 2^-16, which numbers worked out by hand are easier with.
constexpr std::uint32_t q16(std::uint32_t p) { return p << 6; }

struct Coded {
  Bytes bytes;
  std::uint32_t range;
  friend bool operator==(const Coded&, const Coded&) = default;
};

Coded coded(const std::vector<Decision>& decisions) {
  Bytes out;
  RangeEncoder encoder(out);
  for (const auto& [bit, p1] : decisions) encoder.encode(bit, p1);
  const std::uint32_t range = encoder.range();
  encoder.finish();
  return {out, range};
}

// An integer of any length, most significant digit first.
class BigInteger {
 public:
  void multiply_by_256() { digits_.push_back(0); }
  void add(std::uint64_t number) {
    for (std::size_t i = digits_.size(); number != 0; number >>= 8) {
      number += digits_.at(--i);
      digits_[i] = static_cast<std::uint8_t>(number);
    }
  }
  [[nodiscard]] std::uint32_t last_4() const {
    std::uint32_t value = 0;
    for (std::size_t i = digits_.size() - 4; i < digits_.size(); ++i)
      value = value << 8 | digits_[i];
    return value;
  }
  [[nodiscard]] const Bytes& digits() const { return digits_; }

 private:
  Bytes digits_ = Bytes(4, 0);
};

// The page's encoder, as it stands there.
Coded coded_by_the_page(const std::vector<Decision>& decisions) {
  BigInteger low;
  std::uint64_t range = 0xffffffff;
  for (const auto& [bit, p1] : decisions) {
    const std::uint64_t bound = range * p1 >> 22;
    if (bit) {
      range = bound;
    } else {
      low.add(bound);
      range -= bound;
    }
    for (; range < 1 << 24; range *= 256) low.multiply_by_256();
  }
  for (int k = 0; k <= 4; ++k) {
    // The least multiple of 2^(32 - 8k) that is >= low: so much more than low.
    const std::uint64_t unit = std::uint64_t{1} << (32 - 8 * k);
    const std::uint64_t more = (unit - low.last_4() % unit) % unit;
    if (more >= range) continue;
    low.add(more);
    break;
  }
  Bytes bytes = low.digits();
  for (int dropped = 0; dropped < 4 && bytes.back() == 0; ++dropped) bytes.pop_back();
  return {bytes, static_cast<std::uint32_t>(range)};
}

// Both encoders agree, and the decoder gives the decisions back and ends where they do.
void check_round_trip(const std::vector<Decision>& decisions) {
  const Coded result = coded(decisions);
  CHECK(result == coded_by_the_page(decisions));
  RangeDecoder decoder(result.bytes);
  for (const auto& [bit, p1] : decisions) REQUIRE(decoder.decode(p1) == bit);
  CHECK(decoder.range() == result.range);
  CHECK(decoder.ends_here());
}

// Decisions after which the interval has a multiple of 2^24 times 256^(bytes so far) inside: `low`
// is one below it at its first byte, and 0xff over and over behind. `upper`: the last decision
// takes the part past the multiple, so that a carry runs through all of these bytes; else the
// other.
std::vector<Decision> around_a_carry(std::size_t count, bool upper) {
  std::vector<Decision> decisions;
  std::uint64_t offset = 0x13000000, range = 0xffffffff;  // offset: of the multiple from low
  test::SplitMix64 random(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t p1 = 0;
    std::uint64_t bound = 0;
    do {
      p1 = static_cast<std::uint32_t>(random.between(1, 4194303));
      bound = range * p1 >> 22;
    } while (bound == offset);
    const bool bit = offset < bound;
    decisions.push_back({bit, p1});
    range = bit ? bound : range - bound;
    if (!bit) offset -= bound;
    for (; range < 1 << 24; range *= 256) offset *= 256;
  }
  // The bound nearest to the multiple on its upper side, or on its lower side.
  const auto p1 = static_cast<std::uint32_t>((offset << 22) / range);
  decisions.push_back(upper ? Decision{false, std::min(p1 + 1, kMaxProbability)}
                            : Decision{true, std::max(p1, 1u)});
  return decisions;
}

}  // namespace

TEST_CASE("a 1 has the lower part of the interval, rounded down") {
  CHECK(range_of_one(0xffffffff, 1 << 21) == 0x7fffffff);
  CHECK(range_of_one(0xffffffff, q16(1)) == 0xffff);
  CHECK(range_of_one(0xffffffff, 1) == 0x3ff);
  // 2^32 - 1 less (2^32 - 1) / 2^22, rounded up
  CHECK(range_of_one(0xffffffff, 4194303) == 0xfffffbff);
  CHECK(range_of_one(1 << 24, 1) == 4);
  CHECK(range_of_one(1 << 24, 4194303) == (1 << 24) - 4);
}

TEST_CASE("few decisions take the bytes that one finds by hand") {
  // [0, 2^32 - 1): the value 0, whose bytes are all 0 and left out.
  CHECK(coded({}) == Coded{{}, 0xffffffff});
  // bound = 0x7fffffff; [0, 0x7fffffff) has 0, too.
  CHECK(coded({{true, q16(32768)}}) == Coded{{}, 0x7fffffff});
  // bound = 0xffff, two multiplications: [0, 0xffff0000), of 6 bytes, all 0; four are left out.
  CHECK(coded({{true, q16(1)}}) == Coded{{0, 0}, 0xffff0000});
  // [0x7fffffff, 0xffffffff): no multiple of 2^32, but one of 2^24, 0x80000000.
  CHECK(coded({{false, q16(32768)}}) == Coded{{0x80}, 0x80000000});
  // Bounds 0x7fffffff, 0x20000000, 0x18000000: [0x97ffffff, 0x9fffffff).
  CHECK(coded({{false, q16(32768)}, {true, q16(16384)}, {false, q16(49152)}}) ==
        Coded{{0x98}, 0x8000000});
  // bound = 0xfffeffff leaves 0x10000, a multiplication: [0xfffeffff00, 0xffffffff00) has
  // 0xffff000000.
  CHECK(coded({{false, q16(65535)}}) == Coded{{0xff, 0xff}, 0x1000000});
  // bound = 0xffff00 leaves 0x100, two more: [0xfffffffe000000, 0xffffffff000000) has its own low.
  CHECK(coded({{false, q16(65535)}, {false, q16(65535)}}) ==
        Coded{{0xff, 0xff, 0xff, 0xfe}, 0x1000000});
  // bound = 0xffff, two multiplications: [0, 0xffff0000), of 6 bytes; then the bounds 0xffff and
  // 0x9c3ec780: [0xffff, 0x9c3fc77f) has the multiple 0x01000000 of 2^24.
  CHECK(coded({{true, q16(1)}, {false, q16(1)}, {true, q16(40000)}}) ==
        Coded{{0, 0, 1}, 0x9c3ec780});
}

TEST_CASE("the least and the largest probability take the bytes that one finds by hand") {
  // bound = 0x3ff, two multiplications: [0, 0x3ff0000), of 6 bytes, all 0; four are left out.
  CHECK(coded({{true, 1}}) == Coded{{0, 0}, 0x3ff0000});
  // bound = 0xfffffbff leaves 0x400, two multiplications: [0xfffffbff0000, 0xffffffff0000) has the
  // multiple 0xfffffc000000 of 2^24.
  CHECK(coded({{false, 4194303}}) == Coded{{0xff, 0xff, 0xfc}, 0x4000000});
  // The other bit takes next to nothing: bound = 0xfffffbff.
  CHECK(coded({{true, 4194303}}) == Coded{{}, 0xfffffbff});
  // [0x3ff, 0xffffffff) has 0x1000000.
  CHECK(coded({{false, 1}}) == Coded{{1}, 0xfffffc00});
}

TEST_CASE("a carry changes the byte that was held and the 0xff behind it") {
  // bound = 0x12ffffff: low = 0x12ffffff, range = 0xed000000; bound = 0xed00, two
  // multiplications: low = 0x12ffffff0000, of which 0x12 is held and 0xff counted.
  const std::vector<Decision> before{{false, q16(0x1300)}, {true, q16(1)}};
  // bound = 0x76800000: low = 0x1300767f0000; the multiple of 2^24 is 0x130077000000.
  std::vector<Decision> carry = before;
  carry.push_back({false, q16(0x8000)});
  CHECK(coded(carry) == Coded{{0x13, 0x00, 0x77}, 0x76800000});
  // One decision in between: low = 0x12ffffff00000000, then 0x12ffffff76800000: no carry.
  std::vector<Decision> none = before;
  none.insert(none.end(), {{true, q16(1)}, {false, q16(0x8000)}});
  CHECK(coded(none) == Coded{{0x12, 0xff, 0xff, 0xff, 0x77}, 0x76800000});
  // The end may carry, too: [0x12ffffff0000, 0x1300ecff0000) has 0x130000000000, of which four
  // zeros are left out.
  CHECK(coded(before) == Coded{{0x13, 0x00}, 0xed000000});
}

TEST_CASE("carries run through any number of bytes, or just do not") {
  for (std::size_t count = 0; count < 300; ++count) {
    CAPTURE(count);
    check_round_trip(around_a_carry(count, true));
    check_round_trip(around_a_carry(count, false));
  }
  // That this is so: an 0x12 or 0x13 and what many bytes of 0xff became.
  const Bytes carried = coded(around_a_carry(299, true)).bytes;
  const Bytes not_carried = coded(around_a_carry(299, false)).bytes;
  REQUIRE(carried.size() > 20);
  REQUIRE(not_carried.size() > 20);
  for (std::size_t i = 0; i < 20; ++i) {
    CHECK(carried[i] == (i == 0 ? 0x13 : 0));
    CHECK(not_carried[i] == (i == 0 ? 0x12 : 0xff));
  }
}

TEST_CASE("both encoders agree on decisions of every kind") {
  test::SplitMix64 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<Decision> decisions;
    for (int i = random.between(0, 100); i > 0; --i) {
      const int kind = random.between(0, 3);
      const auto p1 = static_cast<std::uint32_t>(kind == 0   ? 1
                                                 : kind == 1 ? 4194303
                                                             : random.between(1, 4194303));
      decisions.push_back({random.between(0, 1) == 1, p1});
    }
    check_round_trip(decisions);
  }
}

TEST_CASE("the coder's overhead is below 0.05 % for probabilities of every size") {
  for (const std::uint32_t p1 : {1u, 100u, 6400u, 200000u, 2097152u, 4000000u, 4194303u}) {
    CAPTURE(p1);
    Bytes out;
    RangeEncoder coder(out);
    int ones = 0;
    constexpr int kDecisions = 200'000;
    test::SplitMix64 random(p1);
    for (int i = 0; i < kDecisions; ++i) {
      const bool bit = random.next() >> 42 < p1;
      ones += bit ? 1 : 0;
      coder.encode(bit, p1);
    }
    coder.finish();
    const double ideal =
        -(ones * std::log2(p1 / 4194304.0) + (kDecisions - ones) * std::log2(1 - p1 / 4194304.0));
    CHECK(static_cast<double>(out.size() * 8) < ideal * 1.0005 + 40);
  }
}

TEST_CASE("an encoder appends to what is there, and drops only its own zeros") {
  Bytes out{7, 0, 0};
  RangeEncoder encoder(out);
  encoder.encode(true, q16(32768));
  encoder.finish();
  CHECK(out == Bytes{7, 0, 0});
}

TEST_CASE("the shortest value is the least multiple of the largest power of 256 in the interval") {
  CHECK(shortest_value(0, 1 << 24) == 0);
  CHECK(shortest_value(1, 0xffffffff) == 0x1000000);  // 2^32 is just outside
  CHECK(shortest_value(2, 0xffffffff) == 0x100000000);
  CHECK(shortest_value(0x12ffffff, 0x1000000) == 0x13000000);
  CHECK(shortest_value(0x12000001, 0xffffff) == 0x12010000);  // up to 0x12ffffff
  CHECK(shortest_value(0x12345601, 0x100) == 0x12345700);
  CHECK(shortest_value(0x12345601, 0xff) == 0x12345601);  // up to 0x123456ff
}

TEST_CASE("a decoder reads zeros past the end, and knows the payload that its decisions have") {
  const std::vector<Decision> decisions{{false, q16(65535)}, {false, q16(65535)}, {true, q16(3)}};
  const Bytes bytes = coded(decisions).bytes;
  const auto ends_here = [&](const Bytes& changed) {
    RangeDecoder decoder(changed);
    for (const auto& [bit, p1] : decisions) {
      if (decoder.decode(p1) != bit) return false;
    }
    return decoder.ends_here();
  };
  REQUIRE(bytes == Bytes{0xff, 0xff, 0xff, 0xfe, 0x00});
  CHECK(ends_here(bytes));
  CHECK_FALSE(ends_here({0xff, 0xff, 0xff, 0xfe}));              // five zeros are left out
  CHECK_FALSE(ends_here({0xff, 0xff, 0xff, 0xfe, 0x00, 0x00}));  // only three are
  CHECK_FALSE(ends_here({0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 1}));  // the same decisions, longer
  CHECK_FALSE(ends_here({0xff, 0xff, 0xff}));                    // other decisions
  // Bytes that no decision has read.
  CHECK_FALSE(ends_here({0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
  CHECK(RangeDecoder({}).ends_here());
}

TEST_CASE("a decoder that reads more than four bytes past the end has run out") {
  // A 1 of probability 2^-16 takes two bytes, which are zeros.
  const Bytes two{0, 0};
  RangeDecoder decoder(two);
  CHECK(decoder.decode(q16(1)));  // 6 bytes: 4 past the end
  CHECK(decoder.ends_here());
  CHECK_FALSE(decoder.ran_out());
  CHECK(decoder.decode(q16(1)));
  CHECK_FALSE(decoder.ends_here());
  CHECK(decoder.ran_out());
  // The encoder drops no more than a decoder reads.
  const std::vector<Decision> zeros(50, {true, q16(1)});
  CHECK(coded(zeros) == Coded{Bytes(100, 0), 0xffff0000});
  check_round_trip(zeros);
}

}  // namespace czip::v2
