// Mends the checksums of a tar's headers, so that what is behind them is reached.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>

#include "support/bytes.hpp"

namespace czip::test {

inline void mend_checksums(Bytes& tar) {
  constexpr std::size_t kBlock = 512;
  constexpr std::size_t kChecksum = 148;
  constexpr std::size_t kChecksumBytes = 8;
  constexpr std::size_t kMagic = 257;
  for (std::size_t at = 0; at + kBlock <= tar.size(); at += kBlock) {
    const std::span block(tar.data() + at, kBlock);
    if (block[kMagic] != 'u' || block[kMagic + 1] != 's') continue;
    std::fill_n(&block[kChecksum], kChecksumBytes, std::uint8_t{' '});
    unsigned sum = 0;
    for (const std::uint8_t byte : block) sum += byte;
    std::array<char, kChecksumBytes> digits{};
    std::snprintf(digits.data(), digits.size(), "%06o", sum);
    std::copy_n(digits.begin(), 7, &block[kChecksum]);
  }
}

}  // namespace czip::test
