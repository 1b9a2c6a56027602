// The arithmetic coder of CZIPv1: 32-bit low and high, pending bits instead of carries.
// Sources: conformance/czip-v1.md, "Arithmetic coder"; I. H. Witten, R. M. Neal and J. G. Cleary,
// "Arithmetic Coding for Data Compression" (1987), whose renormalization by shared and straddling
// bits this is.
//
// A stream has one valid length, to the bit, and one valid tail for its symbols, and the decoder
// knows both, because it follows the encoder's interval. After damage, or with a distribution that
// differs from the encoder's, a stream has that length and tail only by chance (after one in 300
// flipped bits of a 64-token chunk). This is what finds damage and wrong models in a format without
// a checksum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/engine/v1/output_distribution.hpp"

namespace czip::v1 {

// The interval [low, high] of the message so far, without the leading bits that both share. Encoder
// and decoder hold the same one after the same symbols.
class CodingInterval {
 public:
  // Bits that leave the interval after a symbol: first `settled` leading bits that low and high
  // share, then `pending` bits of the pattern low = 01.., high = 10.., whose value a later bit
  // decides.
  struct Shift {
    std::uint32_t settled_bits;  // the settled bits, right-aligned
    unsigned settled;            // at most 32
    unsigned pending;            // at most 31
  };

  // Narrows to `range` of [0, total). 0 <= range.low < range.high <= total <= 2^30: a renormalized
  // interval is wider than 2^30, so no symbol's part of it is empty.
  Shift narrow(CumulativeRange range, std::uint32_t total);

  [[nodiscard]] std::uint32_t low() const { return low_; }
  [[nodiscard]] std::uint64_t width() const { return std::uint64_t{high_} - low_ + 1; }

 private:
  std::uint32_t low_ = 0;
  std::uint32_t high_ = 0xffffffff;
};

// Appends one stream of symbols to a buffer.
class ArithmeticEncoder {
 public:
  // `out` must outlive the encoder.
  explicit ArithmeticEncoder(std::vector<std::uint8_t>& out) : out_(&out) {}

  // Codes a symbol of `range` in [0, total); bounds as in CodingInterval::narrow.
  void encode(CumulativeRange range, std::uint32_t total);

  // Writes the stream's end; nothing may follow.
  void finish();

 private:
  void append(std::uint32_t bits, unsigned count);
  void append_repeated(bool bit, std::uint64_t count);

  std::vector<std::uint8_t>* out_;
  CodingInterval interval_;
  std::uint64_t pending_ = 0;
  std::uint64_t bit_buffer_ = 0;  // right-aligned, fewer than 8 bits between calls
  unsigned buffered_bits_ = 0;
};

// Reads one stream of symbols. Past the end it reads zeros, so any bytes decode to something;
// `overrun` and `at_exact_end` tell whether an encoder could have written them.
class ArithmeticDecoder {
 public:
  // `stream` must outlive the decoder.
  explicit ArithmeticDecoder(std::span<const std::uint8_t> stream);

  // A number below `total` that lies in the next symbol's range.
  [[nodiscard]] std::uint32_t decode_target(std::uint32_t total) const;

  // Removes the symbol of `range`, the range that holds the target.
  void consume(CumulativeRange range, std::uint32_t total);

  // Length of the stream that an encoder would have written for the symbols consumed so far.
  [[nodiscard]] std::uint64_t encoded_bytes() const { return (emitted_bits_ + 1 + 7) / 8; }

  // Whether the stream is too short for the symbols consumed so far.
  [[nodiscard]] bool overrun() const { return encoded_bytes() > stream_.size(); }

  // Whether an encoder that stops after the symbols consumed so far writes exactly this stream.
  [[nodiscard]] bool at_exact_end() const;

 private:
  [[nodiscard]] std::uint32_t read(unsigned count);

  std::span<const std::uint8_t> stream_;
  std::size_t next_byte_ = 0;
  std::uint64_t bit_buffer_ = 0;  // right-aligned
  unsigned buffered_bits_ = 0;
  CodingInterval interval_;
  std::uint32_t code_ = 0;          // the stream's value, where the interval is
  std::uint64_t emitted_bits_ = 0;  // bits that the encoder has written
  std::uint64_t pending_ = 0;       // that the encoder has not decided yet
};

}  // namespace czip::v1
