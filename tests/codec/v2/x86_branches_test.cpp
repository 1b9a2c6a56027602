#include "v2/block/x86_branches.hpp"

#include <doctest/doctest.h>

#include "support/bytes.hpp"
#include "support/sample_text.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;

Bytes absolute(Bytes text) {
  make_x86_branches_absolute(text);
  return text;
}

Bytes relative(Bytes text) {
  make_x86_branches_relative(text);
  return text;
}

}  // namespace

TEST_CASE("the place of a call or jump is added to its distance, mod 2^24") {
  CHECK(absolute({0x90, 0x90, 0xe8, 0x10, 0x20, 0x30, 0x00}) ==
        Bytes{0x90, 0x90, 0xe8, 0x12, 0x20, 0x30, 0x00});
  CHECK(absolute({0x90, 0xe9, 0xff, 0xff, 0xff, 0xff}) ==
        Bytes{0x90, 0xe9, 0x00, 0x00, 0x00, 0xff});
  // Neither another operation, nor a distance of more than 2^24, nor one that is cut off.
  for (const Bytes& other : {Bytes{0x90, 0xea, 1, 2, 3, 0}, Bytes{0x90, 0xe8, 1, 2, 3, 1},
                             Bytes{0x90, 0xe8, 1, 2, 3}, Bytes{0xe8}, Bytes{}})
    CHECK(absolute(other) == other);
}

TEST_CASE("the last branch comes first, and is undone last") {
  const Bytes text{0xe8, 0xe8, 0xe8, 0xff, 0x00, 0x00, 0x00, 0x00};
  Bytes by_hand = text;
  // At 2, behind e8 and before 00: ff 00 00 and 2 are 01 01 00.
  by_hand[3] = 0x01;
  by_hand[4] = 0x01;
  // At 1, the same: e8 01 01 and 1 are e9 01 01.
  by_hand[2] = 0xe9;
  // At 0 there is none any more, since 01 is at 4.
  CHECK(absolute(text) == by_hand);
  CHECK(relative(by_hand) == text);
}

TEST_CASE("what was made absolute becomes relative again, whatever it is") {
  for (std::size_t seed = 0; seed < 200; ++seed) {
    Bytes text = test::random_bytes(3 * seed, seed);
    // Few byte values, so that branches overlap.
    constexpr Bytes::value_type kValues[] = {0xe8, 0xe9, 0x00, 0xff, 0x01, 0xe8};
    for (std::uint8_t& byte : text) byte = kValues[byte % 6];
    CHECK(relative(absolute(text)) == text);
  }
  const Bytes code = test::x86_code(100'000);
  CHECK(absolute(code) != code);
  CHECK(relative(absolute(code)) == code);
}

TEST_CASE("machine code is told from text and random bytes") {
  CHECK(may_be_x86(test::x86_code(10'000)));
  CHECK_FALSE(may_be_x86(test::to_bytes(test::english_text(10'000))));
  CHECK_FALSE(may_be_x86(test::random_bytes(100'000, 1)));
  CHECK_FALSE(may_be_x86(Bytes(1000)));
  CHECK_FALSE(may_be_x86({}));
}

}  // namespace czip::v2
