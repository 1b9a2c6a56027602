#include "io/utf8_checker.hpp"

namespace czip {

bool Utf8Checker::start_character(std::uint8_t lead) {
  if (lead < 0x80) return true;
  if (lead < 0xc2 || lead > 0xf4) return false;
  missing_ = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
  next_low_ = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  next_high_ = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  return true;
}

bool Utf8Checker::add(std::string_view bytes) {
  for (const char c : bytes) {
    if (!valid_) break;
    const auto byte = static_cast<std::uint8_t>(c);
    if (missing_ == 0) {
      valid_ = start_character(byte);
    } else {
      valid_ = byte >= next_low_ && byte <= next_high_;
      --missing_;
      next_low_ = 0x80;
      next_high_ = 0xbf;
    }
  }
  return valid_;
}

}  // namespace czip
