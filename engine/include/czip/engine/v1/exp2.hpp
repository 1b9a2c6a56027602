// exp(-n) as a table-driven integer function, Q16: the weights of both softmaxes.
// Source: conformance/czip-v1.md, "EXP".
#pragma once

#include <array>
#include <cstdint>

namespace czip::v1 {

// log2(e) / 64 in Q24: turns an attention score difference (Q6) into powers of two.
inline constexpr std::uint32_t kAttentionExpCoefficient = 378194;

using Exp2Table = std::array<std::uint16_t, 256>;  // 2^(-i/256), Q16, limited to 65535

// 2^(-n * coefficient / 2^24), Q16, in [1, 65535]. n >= 0.
[[nodiscard]] constexpr std::uint32_t exp_weight(std::uint32_t n, std::uint32_t coefficient,
                                                 const Exp2Table& table) {
  if (n == 0) return 65535;
  // At most 2^64 - 2^33 + 1 + 2^23: no overflow. t is Q8.
  const std::uint64_t t = (std::uint64_t{n} * coefficient + (1U << 23)) >> 24;
  const std::uint64_t integer_part = t >> 8;
  if (integer_part >= 31) return 1;
  const std::uint32_t scaled = (65536U >> integer_part) * table[t & 255];
  const std::uint32_t rounded = static_cast<std::uint32_t>((std::uint64_t{scaled} + 32768) >> 16);
  return rounded < 1 ? 1 : rounded > 65535 ? 65535 : rounded;
}

}  // namespace czip::v1
