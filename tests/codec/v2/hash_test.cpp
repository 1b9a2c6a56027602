#include "czip/codec/v2/coding/hash.hpp"

#include <doctest/doctest.h>

namespace czip::v2 {

// H(h, v) = x ^ (x >> 29), where x = (h ^ v) * 0x9e3779b97f4a7c15 + 0x632be59bd9b4e019, all modulo
// 2^64 (czip-v2-coding.md, section 5).

TEST_CASE("a hash of nothing and nothing is the fold of the constant") {
  // x = 0x632be59bd9b4e019, x >> 29 = 0x3195f2cde; their exclusive or:
  CHECK(hash_combine(0, 0) == 0x632be598c0ebccc7);
}

TEST_CASE("a hash multiplies, adds and folds modulo 2^64") {
  // x = 0x9e3779b97f4a7c15 + 0x632be59bd9b4e019 - 2^64 = 0x01635f5558ff5c2e
  CHECK(hash_combine(0, 1) == 0x01635f5553e5a684);
  // (1 ^ 2) * 0x9e3779b97f4a7c15 = 0x1daa66d2c7ddf743f, x = 0x3dd252c857945458
  CHECK(hash_combine(1, 2) == 0x3dd252c9b906c21a);
  // -0x9e3779b97f4a7c15 + 0x632be59bd9b4e019 = 0xc4f46be25a6a6404
  CHECK(hash_combine(~std::uint64_t{0}, 0) == 0xc4f46be47dc93b16);
}

TEST_CASE("hash and value enter by their exclusive or") {
  CHECK(hash_combine(1, 0) == hash_combine(0, 1));
  CHECK(hash_combine(0x0123456789abcdef, 0xfedcba9876543210) == hash_combine(~std::uint64_t{0}, 0));
}

TEST_CASE("a context is extended by the rank plus 1") {
  CHECK(extend_context(0, 0) == hash_combine(0, 1));
  CHECK(extend_context(1, 1) == hash_combine(1, 2));
  CHECK(extend_context(7, kNoToken) == hash_combine(7, 65536));
}

}  // namespace czip::v2
