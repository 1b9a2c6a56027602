// ggml's blocks of 32 numbers, and F16 as blocks of one. Each function reads one block and writes
// its numbers as integers times 2^-24. n is the number's index in its block.
// Source: ggml-common.h (layouts) and ggml-quants.c (dequantize_row_*).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "blocks/scale.hpp"
#include "czip/base/little_endian.hpp"

namespace czip::importer {

inline constexpr std::size_t kSmallBlock = 32;

// Four bits of number n: the low halves of 16 bytes are numbers 0 to 15, the high ones 16 to 31.
[[nodiscard]] inline std::uint32_t nibble_at(const std::uint8_t* bytes, std::size_t n) {
  return n < kSmallBlock / 2 ? bytes[n] & 15U : bytes[n - kSmallBlock / 2] >> 4;
}

// w = d
inline void decode_f16(const std::uint8_t* block, std::int64_t* units) {
  units[0] = scale_at(block);
}

// w = d * q: d, 32 int8
inline void decode_q8_0(const std::uint8_t* block, std::int64_t* units) {
  const std::int64_t d = scale_at(block);
  for (std::size_t n = 0; n < kSmallBlock; ++n)
    units[n] = d * static_cast<std::int8_t>(block[2 + n]);
}

// w = d * (q - 8): d, nibbles
inline void decode_q4_0(const std::uint8_t* block, std::int64_t* units) {
  const std::int64_t d = scale_at(block);
  for (std::size_t n = 0; n < kSmallBlock; ++n)
    units[n] = d * (std::int64_t{nibble_at(block + 2, n)} - 8);
}

// w = d * q + m: d, m, nibbles
inline void decode_q4_1(const std::uint8_t* block, std::int64_t* units) {
  const std::int64_t d = scale_at(block);
  const std::int64_t m = scale_at(block + 2);
  for (std::size_t n = 0; n < kSmallBlock; ++n) units[n] = d * nibble_at(block + 4, n) + m;
}

// w = d * (q - 16): d, the fifth bits of all numbers as one u32, nibbles
inline void decode_q5_0(const std::uint8_t* block, std::int64_t* units) {
  const std::int64_t d = scale_at(block);
  const auto fifth_bits = load_le<std::uint32_t>(block + 2);
  for (std::size_t n = 0; n < kSmallBlock; ++n) {
    const std::int64_t q = nibble_at(block + 6, n) | (fifth_bits >> n & 1) << 4;
    units[n] = d * (q - 16);
  }
}

// w = d * q + m: d, m, fifth bits, nibbles
inline void decode_q5_1(const std::uint8_t* block, std::int64_t* units) {
  const std::int64_t d = scale_at(block);
  const std::int64_t m = scale_at(block + 2);
  const auto fifth_bits = load_le<std::uint32_t>(block + 4);
  for (std::size_t n = 0; n < kSmallBlock; ++n) {
    const std::int64_t q = nibble_at(block + 8, n) | (fifth_bits >> n & 1) << 4;
    units[n] = d * q + m;
  }
}

// w = d * table[q]: d, nibbles
inline void decode_iq4_nl(const std::uint8_t* block, std::int64_t* units) {
  constexpr std::array<std::int64_t, 16> kTable{-127, -104, -83, -65, -49, -35, -22, -10,
                                                1,    13,   25,  38,  53,  69,  89,  113};
  const std::int64_t d = scale_at(block);
  for (std::size_t n = 0; n < kSmallBlock; ++n) units[n] = d * kTable[nibble_at(block + 2, n)];
}

}  // namespace czip::importer
