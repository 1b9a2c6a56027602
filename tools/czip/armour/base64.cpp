#include "armour/base64.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace czip::tool {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kPadding = '=';
constexpr unsigned kGroup = 4;  // characters
constexpr std::uint8_t kNoDigit = 64;

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  std::uint8_t value = 0;
  for (const char digit : kDigits) values[static_cast<std::uint8_t>(digit)] = value++;
  return values;
}();

}  // namespace

void append_base64(std::span<const std::uint8_t> bytes, std::string& text) {
  for (; !bytes.empty(); bytes = bytes.subspan(bytes.size() < 3 ? bytes.size() : 3)) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = group << 8U | (i < bytes.size() ? std::uint32_t{bytes[i]} : 0);
    // One byte needs two digits, two need three, three need four.
    for (std::size_t i = 0; i < kGroup; ++i)
      text += i <= bytes.size() ? kDigits[group >> (18 - 6 * i) & 63U] : kPadding;
  }
}

std::string to_base64(std::span<const std::uint8_t> bytes) {
  std::string text;
  append_base64(bytes, text);
  return text;
}

std::string_view without_padding(std::string_view digits) {
  return digits.substr(0, digits.find_last_not_of(kPadding) + 1);
}

std::string_view Base64Decoder::add(char character, std::vector<std::uint8_t>& bytes) {
  if (character == kPadding) {
    if (in_group_ < 2) return is_padded_ ? "is padding after the end" : "is padding without digits";
    if (bits_ != 0) return "is padding after a digit with bits that no byte has";
    is_padded_ = true;
    in_group_ = (in_group_ + 1) % kGroup;
    return {};
  }
  const std::uint8_t value = kValues[static_cast<std::uint8_t>(character)];
  if (value == kNoDigit) return "is no digit of base64";
  if (is_padded_) return "follows the padding, which is the end";
  bits_ = bits_ << 6U | value;
  bit_count_ += 6;
  in_group_ = (in_group_ + 1) % kGroup;
  if (bit_count_ < 8) return {};
  bit_count_ -= 8;
  bytes.push_back(static_cast<std::uint8_t>(bits_ >> bit_count_));
  bits_ &= (1U << bit_count_) - 1;
  return {};
}

std::string_view Base64Decoder::end() const {
  return in_group_ == 0 ? "" : "ends within a group of four digits";
}

}  // namespace czip::tool
