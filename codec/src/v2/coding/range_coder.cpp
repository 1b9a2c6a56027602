#include "v2/coding/range_coder.hpp"

namespace czip::v2 {

void RangeEncoder::shift_low() {
  const auto top = static_cast<std::uint32_t>(low_ >> 24);  // 9 bits: carry and byte
  if (top != 0xff) {
    const auto carry = static_cast<std::uint8_t>(top >> 8);
    if (!first_) out_->push_back(static_cast<std::uint8_t>(cache_ + carry));
    first_ = false;
    for (; pending_ff_ > 0; --pending_ff_) {
      out_->push_back(static_cast<std::uint8_t>(0xff + carry));
    }
    cache_ = static_cast<std::uint8_t>(top);
  } else {
    ++pending_ff_;
  }
  low_ = (low_ & 0x00ffffff) << 8;
}

std::uint64_t shortest_value(std::uint64_t low, std::uint32_t range) {
  for (int zero_bits = 32; zero_bits > 0; zero_bits -= 8) {
    const std::uint64_t mask = (std::uint64_t{1} << zero_bits) - 1;
    const std::uint64_t value = (low + mask) & ~mask;
    if (value - low < range) return value;
  }
  return low;
}

void RangeEncoder::finish() {
  low_ = shortest_value(low_, range_);
  for (int i = 0; i < 5; ++i) shift_low();
  for (std::size_t i = 0; i < kDroppedBytes && out_->back() == 0; ++i) out_->pop_back();
}

RangeDecoder::RangeDecoder(std::span<const std::uint8_t> in) : in_(in) {
  for (std::size_t i = 0; i < kCodeBytes; ++i) read_byte();
}

bool RangeDecoder::ends_here() const {
  const std::uint32_t low = window_ - code_;
  const auto value = static_cast<std::uint32_t>(shortest_value(low, range_));
  const bool shortest = past_end_ == kDroppedBytes || (!in_.empty() && in_.back() != 0);
  return position_ == in_.size() && !ran_out() && shortest && window_ == value;
}

}  // namespace czip::v2
