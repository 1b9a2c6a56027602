// czip-v2-coding.md, section 4: the range coder.
#pragma once

#include <cstdint>

#include "bytes.hpp"
#include "constants.hpp"

namespace reference {

class RangeDecoder {
 public:
  RangeDecoder(const std::uint8_t* begin, const std::uint8_t* end)
      : begin_(begin), next_(begin), end_(end) {
    for (int i = 0; i < 4; ++i) take_byte();
  }

  bool decode(std::uint32_t p) {
    const auto bound = static_cast<std::uint32_t>(std::uint64_t{range_} * p >> kProbabilityBits);
    const bool bit = code_ < bound;
    if (bit) {
      range_ = bound;
    } else {
      code_ -= bound;
      range_ -= bound;
    }
    while (range_ < 1u << 24) {
      range_ <<= 8;
      take_byte();
    }
    return bit;
  }

  [[nodiscard]] std::uint32_t range() const { return range_; }
  [[nodiscard]] std::uint32_t code() const { return code_; }
  // Whether an encoder that stops here writes exactly the bytes that were read.
  [[nodiscard]] bool ends_here() const {
    const std::uint64_t low = last_four_ - code_;  // modulo 2^32
    std::uint64_t last = low;
    for (int zeros = 32; zeros > 0; zeros -= 8) {
      last = ((low + (std::uint64_t{1} << zeros) - 1) >> zeros) << zeros;
      if (last < low + range_) break;
      last = low;
    }
    const bool shortest = past_end_ == 4 || (begin_ != end_ && end_[-1] != 0);
    return next_ == end_ && shortest && static_cast<std::uint32_t>(last) == last_four_;
  }

 private:
  void take_byte() {
    if (next_ == end_) require(++past_end_ <= 4, "a block's payload ends long before its text");
    const std::uint32_t byte = past_end_ > 0 ? 0u : *next_++;
    code_ = code_ << 8 | byte;
    last_four_ = last_four_ << 8 | byte;
  }

  const std::uint8_t* begin_;
  const std::uint8_t* next_;
  const std::uint8_t* end_;
  int past_end_ = 0;  // zeros read after the end
  std::uint32_t range_ = 0xffffffff;
  std::uint32_t code_ = 0;
  std::uint32_t last_four_ = 0;  // bytes read
};

}  // namespace reference
