// czip-v2-coding.md, section 5: functions; section 1: the node of the code tree.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "model.hpp"

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
  explicit Logistic(const Model& model) : squash_(&model.squash) {
    std::int32_t x = -2047;
    for (std::int32_t j = 0; j < 4096; ++j) {
      while (x < 2047 && squash(x) < 16 * j + 8) ++x;
      stretch_.push_back(x);
    }
  }
  [[nodiscard]] std::int32_t squash(std::int32_t x) const {
    return (*squash_)[static_cast<std::size_t>(clamp(x, 2815) + 2815)];
  }
  [[nodiscard]] std::int32_t stretch(std::uint32_t p) const { return stretch_[p >> 4]; }

 private:
  const std::vector<std::uint16_t>* squash_;
  std::vector<std::int32_t> stretch_;
};

// An adaptive probability, packed as models store it: Q22 above 10 bits of count.
constexpr std::uint32_t kUntrained = std::uint32_t{1} << 31;

inline std::uint32_t value(std::uint32_t adaptive) { return adaptive >> 16; }

inline void learn(std::uint32_t& adaptive, bool bit, std::uint32_t limit) {
  std::int64_t q = adaptive >> 10;
  std::uint32_t count = adaptive & 1023;
  const std::int64_t target = bit ? (1 << 22) - 1 : 0;
  q += floor_shift((target - q) * (131072 / (2 * count + 3)), 16);
  if (count < limit) ++count;
  adaptive = static_cast<std::uint32_t>(q) << 10 | count;
}

struct Node {
  std::uint32_t split = 0;  // 0: a leaf, the rank `low`
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  std::uint32_t depth = 0;
  std::uint64_t path = 1;  // only values below 256 matter

  [[nodiscard]] std::uint32_t depth_class() const {
    return depth == 0 ? 0 : depth <= 2 ? 1 : depth <= 5 ? 2 : 3;
  }
};

}  // namespace reference
