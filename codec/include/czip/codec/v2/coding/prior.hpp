// The n-gram prior: a pruned language model over tokens, of orders 0 to kMaxPriorOrder, read-only
// and shared by all blocks. It gives each range of ranks a probability by interpolated back-off
// (Jelinek-Mercer form with absolute discounting: Chen and Goodman 1998):
//
//   p_0(range) = from the order-0 table
//   p_k(range) = listed_k(range) + escape_k * p_(k-1)(range)
//
// where a context of order k lists some successors with discounted probabilities, and escape_k is
// what they leave, at least 2^-16. Where the context is not in the table, p_k = p_(k-1).
//
// Units: order-0 probabilities are Q32, listed ones and escapes Q16.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/codec/v2/coding/constants.hpp"
#include "czip/engine/v2/prior_kernels.hpp"

namespace czip::v2 {

// The contexts of one order. A bucket has the contexts whose hash has the bucket's number as its
// highest bits, one after another. A context is a header cell, the length where the header has no
// room for it, and the entries in ascending rank. Cells have 16 bits, little-endian:
//
//   cell      bits 8-15     bits 3-7    bits 0-2
//   header    fingerprint   length      scale
//
//   cell      bits 0-15
//   length    only where the header's length is 31: the length, 31 or more
//
//   cell      bits 3-15     bits 0-2
//   entry     rank          level
struct PriorOrder {
  std::span<const std::uint8_t> index;  // u32[buckets + 1]: the cell at which each bucket begins
  std::span<const std::uint8_t> cells;  // u16[]
  std::uint32_t buckets_log2 = 0;
};

[[nodiscard]] constexpr std::uint32_t prior_fingerprint(std::uint64_t hash) {
  return static_cast<std::uint32_t>(hash >> kPriorFingerprintShift) &
         ((1U << kPriorFingerprintBits) - 1);
}

struct PriorHeader {
  std::uint32_t fingerprint = 0;
  std::uint32_t length = 0;  // kLongList: the next cell has it
  std::uint32_t scale = 0;
};

[[nodiscard]] constexpr std::uint32_t pack_prior_header(const PriorHeader& header) {
  return (header.fingerprint << kPriorLengthBits | header.length) << kPriorScaleBits | header.scale;
}
[[nodiscard]] constexpr PriorHeader unpack_prior_header(std::uint32_t cell) {
  return {.fingerprint = cell >> (kPriorLengthBits + kPriorScaleBits),
          .length = (cell >> kPriorScaleBits) & ((1U << kPriorLengthBits) - 1),
          .scale = cell & (kPriorScales - 1)};
}

struct PriorEntry {
  std::uint32_t rank = 0;
  std::uint32_t level = 0;
};

[[nodiscard]] constexpr std::uint32_t pack_prior_entry(const PriorEntry& entry) {
  return entry.rank << kPriorLevelBits | entry.level;
}
[[nodiscard]] constexpr PriorEntry unpack_prior_entry(std::uint32_t cell) {
  return {.rank = cell >> kPriorLevelBits, .level = cell & (kPriorLevels - 1)};
}

// The probability that a level of a scale stands for, Q16.
[[nodiscard]] std::uint32_t prior_probability(std::uint32_t scale, std::uint32_t level);

// The successors that a context lists, in ascending order of rank. Where a file has another order,
// the definitions of prior_kernels.hpp hold all the same.
struct PriorList {
  const std::uint8_t* cells = nullptr;
  std::uint32_t size = 0;  // 0: the context is not in the table
  const PriorLevelTable* probability = nullptr;

  [[nodiscard]] PriorEntry entry(std::size_t i) const {
    return unpack_prior_entry(load_le<std::uint16_t>(cells + kPriorCellBytes * i));
  }
  // Q16.
  [[nodiscard]] std::uint32_t probability_at(std::size_t i) const {
    return (*probability)[entry(i).level];
  }
};

class Prior {
 public:
  // order0[r]: probability of rank r, Q32, at least 1, sum at most 2^32. The orders' spans must
  // outlive the prior. Error: corrupt. The content of the tables is not checked: find() gets along
  // with any.
  static Result<Prior> create(std::span<const std::uint32_t> order0,
                              std::vector<PriorOrder> orders);

  // The token of the highest order-0 probability, the first one of several.
  [[nodiscard]] std::uint32_t likeliest() const { return likeliest_; }
  [[nodiscard]] std::uint32_t size() const {
    return static_cast<std::uint32_t>(order0_cumulative_.size() - 1);
  }
  [[nodiscard]] std::uint32_t orders() const { return static_cast<std::uint32_t>(orders_.size()); }
  // Sum of the order-0 probabilities of the ranks below `rank`, Q32.
  [[nodiscard]] std::uint64_t order0_cumulative(std::uint32_t rank) const {
    return order0_cumulative_[rank];
  }

  void prefetch_index(std::uint32_t order, std::uint64_t hash) const;
  void prefetch_cells(std::uint32_t order, std::uint64_t hash) const;
  // Looks up the context of order 1..orders() whose hash is that of the last `order` tokens.
  [[nodiscard]] PriorList find(std::uint32_t order, std::uint64_t hash) const;

 private:
  std::vector<std::uint64_t> order0_cumulative_;  // [ranks + 1]
  std::uint32_t likeliest_ = 0;
  std::vector<PriorOrder> orders_;
  std::array<PriorLevelTable, kPriorScales> probability_{};
};

}  // namespace czip::v2
