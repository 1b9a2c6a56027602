// The n-gram prior: a pruned language model over tokens, orders 0 to kMaxPriorOrder, read-only and
// shared by every block. It gives each range of the code tree a mass by interpolated back-off
// (Jelinek-Mercer form with absolute discounting, Chen and Goodman 1998):
//
//   mass_0(range)  from the order-0 table
//   mass_k(range) = listed_k(range) + escape_k * mass_(k-1)(range)
//
// where a context of order k lists some successors with discounted probabilities, and what they
// leave is escape_k. Where the context is not in the table, mass_k = mass_(k-1).
//
// Units: masses are Q32 of the whole, listed probabilities Q16.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"

namespace czip::v2 {

inline constexpr std::uint32_t kMaxPriorOrder = 5;

// One order's contexts. Buckets hold the contexts whose hash has the bucket's number as its highest
// bits; a context is a header cell and its entries in ascending rank, each cell 16 bits
// little-endian:
//   header: fingerprint (8 bits) << 8 | length (5 bits) << 3 | scale (3 bits); length 31: one more
//   cell
//           follows with the length
//   entry:  rank << 3 | level
struct PriorOrder {
  std::span<const std::uint8_t> index;  // u32[buckets + 1]: where each bucket begins, in cells
  std::span<const std::uint8_t> cells;  // u16[]
  std::uint32_t buckets_log2 = 0;
};

inline constexpr std::uint32_t kPriorScales = 8;
inline constexpr std::uint32_t kPriorLevels = 8;
inline constexpr std::uint32_t kLongList = 31;
inline constexpr std::uint32_t kMaxPriorRanks = 1 << 13;

[[nodiscard]] constexpr std::uint32_t prior_fingerprint(std::uint64_t hash) {
  return static_cast<std::uint32_t>(hash >> 8) & 0xff;
}

// The probability that a level stands for, Q16: the highest of a scale halves from scale to scale
// by the square root of 2 twice over, and each level is 10/17 of the one before.
[[nodiscard]] std::uint32_t prior_probability(std::uint32_t scale, std::uint32_t level);

// The successors that a context lists, in ascending rank, with cumulative probabilities:
// cumulative[i] is the sum of the first i, Q16.
struct PriorList {
  std::vector<std::uint16_t> ranks;
  std::vector<std::uint32_t> cumulative;
  std::uint32_t size = 0;  // 0: the context is not in the table

  // The probability that is left for tokens outside the list, Q16, at least 1.
  [[nodiscard]] std::uint32_t escape() const { return 65536 - cumulative[size]; }
};

class Prior {
 public:
  // order0[r]: probability of rank r, Q32, at least 1, sum at most 2^32. The spans must outlive the
  // prior.
  static Result<Prior> create(std::span<const std::uint32_t> order0,
                              std::vector<PriorOrder> orders);

  [[nodiscard]] std::uint32_t orders() const { return static_cast<std::uint32_t>(orders_.size()); }
  // Sum of the order-0 probabilities of the ranks below `rank`, Q32.
  [[nodiscard]] std::uint64_t order0_cumulative(std::uint32_t rank) const {
    return order0_cumulative_[rank];
  }

  void prefetch_index(std::uint32_t order, std::uint64_t hash) const;
  void prefetch_cells(std::uint32_t order, std::uint64_t hash) const;
  // order is 1..orders(); `hash` is of that many tokens.
  void find(std::uint32_t order, std::uint64_t hash, PriorList& list) const;

 private:
  std::vector<std::uint64_t> order0_cumulative_;  // [ranks + 1]
  std::vector<PriorOrder> orders_;
  std::array<std::uint32_t, kPriorScales * kPriorLevels> probability_{};
};

}  // namespace czip::v2
