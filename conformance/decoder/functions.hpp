// czip-v2-coding.md, section 5: functions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "constants.hpp"

namespace reference {

inline std::uint64_t hash(std::uint64_t h, std::uint64_t v) {
  const std::uint64_t x = (h ^ v) * 0x9e3779b97f4a7c15 + 0x632be59bd9b4e019;
  return x ^ x >> 29;
}

// The index that a hash picks out of 2^log2, log2 > 0.
inline std::size_t table_index(std::uint64_t h, std::uint32_t log2) {
  return static_cast<std::size_t>(h >> (64 - log2));
}

inline std::int32_t clamp(std::int32_t x, std::int32_t bound) {
  return std::min(std::max(x, -bound), bound);
}

// floor(x / 2^s). Before C++20, >> of a negative number is implementation-defined.
inline std::int64_t floor_shift(std::int64_t x, int s) { return x >= 0 ? x >> s : ~(~x >> s); }

class Logistic {
 public:
  Logistic() {
    std::vector<std::uint32_t> upper;  // of 0, 1, ...
    std::uint64_t e = std::uint64_t{1} << 48;
    for (std::int32_t x = 0; x <= kMaxStretch; ++x) {
      const std::uint64_t d = ((std::uint64_t{1} << 48) + e) >> 10;
      const std::uint64_t p = ((std::uint64_t{1} << 60) + d / 2) / d;
      upper.push_back(static_cast<std::uint32_t>(std::min<std::uint64_t>(p, kMaxProbability)));
      e = product_over_2_48(e, 280'377'609'773'053);
    }
    for (std::size_t i = upper.size(); i > 1; --i) squash_.push_back(kOne - upper[i - 1]);
    squash_.insert(squash_.end(), upper.begin(), upper.end());
  }
  // A probability in Q22, 1 to kMaxProbability.
  [[nodiscard]] std::uint32_t squash(std::int32_t x) const {
    return squash_[static_cast<std::size_t>(clamp(x, kMaxStretch) + kMaxStretch)];
  }
  // p is 0 to kMaxProbability.
  [[nodiscard]] std::int32_t stretch(std::uint32_t p) const {
    const bool steep = p < 1u << 16 || p >= kOne - (1u << 16);
    const std::uint32_t step = steep ? 16 : 1024;
    const std::uint32_t middle = p / step * step + step / 2;
    const auto at = std::lower_bound(squash_.begin(), squash_.end(), middle);
    return std::min(static_cast<std::int32_t>(at - squash_.begin()) - kMaxStretch, kMaxStretch);
  }
  // The same of the probability of a 1, from what speaks for a 0 and for a 1.
  [[nodiscard]] std::int32_t stretch_of(std::uint64_t zero, std::uint64_t one) const {
    return stretch(static_cast<std::uint32_t>((one + 1) * kMaxProbability / (zero + one + 2)));
  }

 private:
  // floor(a * b / 2^48), a and b at most 2^48.
  static std::uint64_t product_over_2_48(std::uint64_t a, std::uint64_t b) {
    const std::uint64_t a1 = a >> 24, a0 = a & 0xffffff, b1 = b >> 24, b0 = b & 0xffffff;
    return a1 * b1 + ((a1 * b0 + a0 * b1 + (a0 * b0 >> 24)) >> 24);
  }

  std::vector<std::uint32_t> squash_;  // of -kMaxStretch ... kMaxStretch
};

// An adaptive probability, packed as models store it: Q22 above 10 bits of count.
constexpr std::uint32_t kUntrained = std::uint32_t{1} << 31;

inline std::uint32_t value(std::uint32_t adaptive) { return adaptive >> 10; }

inline void learn(std::uint32_t& adaptive, bool bit, std::uint32_t limit) {
  std::int64_t q = adaptive >> 10;
  std::uint32_t count = adaptive & 1023;
  const std::int64_t target = bit ? kMaxProbability : 0;
  q += floor_shift((target - q) * (131072 / (2 * count + 3)), 16);
  if (count < limit) ++count;
  adaptive = static_cast<std::uint32_t>(q) << 10 | count;
}

}  // namespace reference
