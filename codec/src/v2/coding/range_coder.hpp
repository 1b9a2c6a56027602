// Binary range coder (Martin 1979; carries as in LZMA: Pavlov) with a 32-bit range, 22-bit
// probabilities and an exact 32 x 22-bit product, so that its overhead is the rounding of one bound
// per decision.
//
// Invariants: range >= 2^24 before each decision and 1 <= p1 <= kMaxProbability, so both parts of
// the interval are at least 2^24 / 2^22 = 4 wide. The first byte that comes out is always 0 and is
// not written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/codec/v2/coding/constants.hpp"

namespace czip::v2 {

// The least of those values in [low, low + range) that end with the most zero bytes.
[[nodiscard]] std::uint64_t shortest_value(std::uint64_t low, std::uint32_t range);

// The part of `range` that belongs to a 1; p1 is its probability in units of 2^-22,
// 1..kMaxProbability.
[[nodiscard]] constexpr std::uint32_t range_of_one(std::uint32_t range, std::uint32_t p1) {
  return static_cast<std::uint32_t>((std::uint64_t{range} * p1) >> kProbabilityBits);
}

class RangeEncoder {
 public:
  // Appends to `out`.
  explicit RangeEncoder(std::vector<std::uint8_t>& out) : out_(&out) {}

  void encode(bool bit, std::uint32_t p1) {
    const std::uint32_t bound = range_of_one(range_, p1);
    if (bit) {
      range_ = bound;
    } else {
      low_ += bound;
      range_ -= bound;
    }
    while (range_ < kNormalizeBelow) {
      range_ <<= 8;
      shift_low();
    }
  }

  [[nodiscard]] std::uint32_t range() const { return range_; }

  // Writes the fewest bytes that determine the interval, but drops at most kDroppedBytes zeros: a
  // decoder reads that many past the end.
  void finish();

 private:
  void shift_low();

  std::vector<std::uint8_t>* out_;
  std::uint64_t low_ = 0;  // below 2^33: 32 bits and a carry
  std::uint32_t range_ = kInitialRange;
  std::uint8_t cache_ = 0;        // the last byte that a carry may still change
  std::uint64_t pending_ff_ = 0;  // 0xff bytes after it, which a carry would turn to 0
  bool first_ = true;
};

class RangeDecoder {
 public:
  explicit RangeDecoder(std::span<const std::uint8_t> in);

  bool decode(std::uint32_t p1) {
    const std::uint32_t bound = range_of_one(range_, p1);
    const bool bit = code_ < bound;
    if (bit) {
      range_ = bound;
    } else {
      code_ -= bound;
      range_ -= bound;
    }
    while (range_ < kNormalizeBelow) {
      range_ <<= 8;
      read_byte();
    }
    return bit;
  }

  [[nodiscard]] std::uint32_t range() const { return range_; }
  // Whether the decisions so far need more bytes than any encoder drops at the end: they were not
  // encoded in this input, nor were any after them.
  [[nodiscard]] bool ran_out() const { return past_end_ > kDroppedBytes; }
  // Whether the input is exactly what an encoder writes for the decisions so far.
  [[nodiscard]] bool ends_here() const;

 private:
  void read_byte() {
    std::uint32_t byte = 0;
    if (position_ < in_.size()) {
      byte = in_[position_++];
    } else {
      ++past_end_;
    }
    code_ = (code_ << 8) | byte;
    window_ = (window_ << 8) | byte;
  }

  std::span<const std::uint8_t> in_;
  std::size_t position_ = 0;
  std::size_t past_end_ = 0;  // zeros read after the input's end
  std::uint32_t range_ = kInitialRange;
  std::uint32_t code_ = 0;    // the input's value minus the interval's low end
  std::uint32_t window_ = 0;  // the last four bytes: the input's value modulo 2^32
};

}  // namespace czip::v2
