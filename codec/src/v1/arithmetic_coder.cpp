#include "czip/codec/v1/arithmetic_coder.hpp"

#include <algorithm>
#include <bit>

namespace czip::v1 {

CodingInterval::Shift CodingInterval::narrow(CumulativeRange range, std::uint32_t total) {
  // Products stay below 2^62.
  const std::uint64_t old_width = width();
  const std::uint64_t new_high = low_ + range.high * old_width / total - 1;
  const std::uint64_t new_low = low_ + range.low * old_width / total;
  low_ = static_cast<std::uint32_t>(new_low);
  high_ = static_cast<std::uint32_t>(new_high);

  // 64 bits, since all 32 bits may be shared.
  const auto settled = static_cast<unsigned>(std::countl_zero(low_ ^ high_));
  Shift shift{.settled_bits = static_cast<std::uint32_t>(std::uint64_t{low_} >> (32 - settled)),
              .settled = settled,
              .pending = 0};
  const std::uint64_t ones = (std::uint64_t{1} << settled) - 1;
  low_ = static_cast<std::uint32_t>(std::uint64_t{low_} << settled);
  high_ = static_cast<std::uint32_t>((std::uint64_t{high_} << settled) | ones);

  // Now low = 0.. and high = 1..: behind that bit, the run of ones in low above zeros in high goes.
  const std::uint32_t straddling = (low_ & ~high_) << 1;
  shift.pending = static_cast<unsigned>(std::countl_one(straddling));
  low_ = (low_ << shift.pending) & 0x7fffffffU;
  high_ = (high_ << shift.pending) | ((1U << shift.pending) - 1) | 0x80000000U;
  return shift;
}

void ArithmeticEncoder::append(std::uint32_t bits, unsigned count) {
  bit_buffer_ = (bit_buffer_ << count) | bits;
  buffered_bits_ += count;
  while (buffered_bits_ >= 8) {
    buffered_bits_ -= 8;
    out_->push_back(static_cast<std::uint8_t>(bit_buffer_ >> buffered_bits_));
  }
}

void ArithmeticEncoder::append_repeated(bool bit, std::uint64_t count) {
  while (count > 0) {
    const auto step = static_cast<unsigned>(std::min<std::uint64_t>(count, 32));
    append(bit ? static_cast<std::uint32_t>((std::uint64_t{1} << step) - 1) : 0, step);
    count -= step;
  }
}

void ArithmeticEncoder::encode(CumulativeRange range, std::uint32_t total) {
  const CodingInterval::Shift shift = interval_.narrow(range, total);
  if (shift.settled > 0) {
    const unsigned rest = shift.settled - 1;
    const bool first = ((shift.settled_bits >> rest) & 1) != 0;
    append(first ? 1 : 0, 1);
    append_repeated(!first, pending_);
    append(shift.settled_bits & ((1U << rest) - 1), rest);
    pending_ = 0;
  }
  pending_ += shift.pending;
}

void ArithmeticEncoder::finish() {
  // low is in the lower half and high in the upper: a one, and zeros from then on, lies between.
  // The pending bits are among those zeros.
  append(1, 1);
  if (buffered_bits_ > 0) append(0, 8 - buffered_bits_);
}

ArithmeticDecoder::ArithmeticDecoder(std::span<const std::uint8_t> stream) : stream_(stream) {
  code_ = read(32);
}

std::uint32_t ArithmeticDecoder::read(unsigned count) {
  while (buffered_bits_ < count) {
    const std::uint8_t byte = next_byte_ < stream_.size() ? stream_[next_byte_] : 0;
    ++next_byte_;
    bit_buffer_ = (bit_buffer_ << 8) | byte;
    buffered_bits_ += 8;
  }
  buffered_bits_ -= count;
  const std::uint64_t mask = (std::uint64_t{1} << count) - 1;
  return static_cast<std::uint32_t>((bit_buffer_ >> buffered_bits_) & mask);
}

std::uint32_t ArithmeticDecoder::decode_target(std::uint32_t total) const {
  // The code never leaves [low, high]: below 2^62, and the quotient below total.
  const std::uint64_t offset = std::uint64_t{code_ - interval_.low()} + 1;
  return static_cast<std::uint32_t>((offset * total - 1) / interval_.width());
}

void ArithmeticDecoder::consume(CumulativeRange range, std::uint32_t total) {
  const CodingInterval::Shift shift = interval_.narrow(range, total);
  if (shift.settled > 0) {
    code_ =
        static_cast<std::uint32_t>((std::uint64_t{code_} << shift.settled) | read(shift.settled));
    emitted_bits_ += shift.settled + pending_;
    pending_ = 0;
  }
  if (shift.pending > 0) {
    const std::uint32_t half = code_ & 0x80000000U;
    code_ = half | ((code_ << shift.pending) & 0x7fffffffU) | read(shift.pending);
    pending_ += shift.pending;
  }
}

bool ArithmeticDecoder::at_exact_end() const {
  // Only the 1 bit of `finish` and zeros are left of the message. The code holds them down to the
  // last bit of the last byte, since padding is at most 7 bits.
  return encoded_bytes() == stream_.size() && code_ == 0x80000000U;
}

}  // namespace czip::v1
