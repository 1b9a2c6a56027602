// ggml's blocks of 256 numbers in groups of 16 or 32 that have scales of their own. Each function
// reads one block and writes its numbers as integers times 2^-24. n is the number's index in its
// block.
// Source: ggml-common.h (layouts) and ggml-quants.c (dequantize_row_*).
#pragma once

#include <cstddef>
#include <cstdint>

#include "blocks/scale.hpp"

namespace czip::importer {

inline constexpr std::size_t kSuperBlock = 256;

// Scale and minimum of group j < 8, packed to six bits each in 12 bytes (Q4_K and Q5_K).
struct ScaleAndMinimum {
  std::int64_t scale;
  std::int64_t minimum;
};
[[nodiscard]] inline ScaleAndMinimum packed_scale(const std::uint8_t* bytes, std::size_t j) {
  if (j < 4) return {bytes[j] & 63, bytes[j + 4] & 63};
  return {(bytes[j + 4] & 15) | (bytes[j - 4] >> 6) << 4, bytes[j + 4] >> 4 | (bytes[j] >> 6) << 4};
}

// Scale of group j < 16, six bits less 32, packed in 12 bytes (Q3_K).
[[nodiscard]] inline std::int64_t packed_signed_scale(const std::uint8_t* bytes, std::size_t j) {
  const int low = j < 8 ? bytes[j] & 15 : bytes[j - 8] >> 4;
  const int high = bytes[8 + j % 4] >> (2 * (j / 4)) & 3;
  return (low | high << 4) - 32;
}

// Bits of number n, of `width` each, where `stride` numbers in a row are in bytes of their own, and
// those that follow in the next bits of the same bytes until these are full.
template <unsigned width, std::size_t stride>
[[nodiscard]] inline std::uint32_t bits_at(const std::uint8_t* bytes, std::size_t n) {
  constexpr std::size_t kPerByte = 8 / width;
  constexpr std::size_t kRun = stride * kPerByte;  // numbers in `stride` bytes
  const std::uint8_t byte = bytes[n / kRun * stride + n % stride];
  return byte >> (width * (n / stride % kPerByte)) & ((1U << width) - 1);
}

// w = d * scale * q - dmin * minimum: 16 bytes with a scale in the low and a minimum in the high
// half for each 16 numbers; 64 bytes of q, two bits each; d, dmin
inline void decode_q2_k(const std::uint8_t* block, std::int64_t* units) {
  const std::int64_t d = scale_at(block + 80);
  const std::int64_t dmin = scale_at(block + 82);
  for (std::size_t n = 0; n < kSuperBlock; ++n) {
    const std::uint8_t group = block[n / 16];
    units[n] = d * (group & 15) * bits_at<2, 32>(block + 16, n) - dmin * (group >> 4);
  }
}

// w = d * scale * (q - 4): 32 bytes of third bits, 64 of the two low bits, 12 of scales; d
inline void decode_q3_k(const std::uint8_t* block, std::int64_t* units) {
  const std::int64_t d = scale_at(block + 108);
  for (std::size_t n = 0; n < kSuperBlock; ++n) {
    const std::int64_t scale = packed_signed_scale(block + 96, n / 16);
    const std::int64_t q = bits_at<2, 32>(block + 32, n) | bits_at<1, 32>(block, n) << 2;
    units[n] = d * scale * (q - 4);
  }
}

// w = d * scale * q - dmin * minimum: d, dmin, 12 bytes of scales and minima for each 32 numbers,
// 128 bytes of nibbles
inline void decode_q4_k(const std::uint8_t* block, std::int64_t* units) {
  const std::int64_t d = scale_at(block);
  const std::int64_t dmin = scale_at(block + 2);
  for (std::size_t n = 0; n < kSuperBlock; ++n) {
    const auto [scale, minimum] = packed_scale(block + 4, n / 32);
    units[n] = d * scale * bits_at<4, 32>(block + 16, n) - dmin * minimum;
  }
}

// The same with 32 bytes of fifth bits before the nibbles.
inline void decode_q5_k(const std::uint8_t* block, std::int64_t* units) {
  const std::int64_t d = scale_at(block);
  const std::int64_t dmin = scale_at(block + 2);
  for (std::size_t n = 0; n < kSuperBlock; ++n) {
    const auto [scale, minimum] = packed_scale(block + 4, n / 32);
    const std::int64_t q = bits_at<4, 32>(block + 48, n) | bits_at<1, 32>(block + 16, n) << 4;
    units[n] = d * scale * q - dmin * minimum;
  }
}

// w = d * scale * (q - 32): 128 bytes of the four low bits, 64 of the two high ones, an int8 scale
// for each 16 numbers; d
inline void decode_q6_k(const std::uint8_t* block, std::int64_t* units) {
  const std::int64_t d = scale_at(block + 208);
  for (std::size_t n = 0; n < kSuperBlock; ++n) {
    const auto scale = static_cast<std::int8_t>(block[192 + n / 16]);
    const std::int64_t q = bits_at<4, 64>(block, n) | bits_at<2, 32>(block + 128, n) << 4;
    units[n] = d * scale * (q - 32);
  }
}

}  // namespace czip::importer
