#include "czip/import/decimal.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace czip::importer {
namespace {

// A number from 0 to 2^384 - 1. The caller keeps results within it.
class Natural {
 public:
  explicit Natural(std::uint64_t value) {
    words_[0] = static_cast<std::uint32_t>(value);
    words_[1] = static_cast<std::uint32_t>(value >> 32);
  }

  void multiply_by_ten() {
    std::uint64_t carry = 0;
    for (std::uint32_t& word : words_) {
      carry += std::uint64_t{word} * 10;
      word = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
  }

  [[nodiscard]] Natural shifted_left(int shift) const {
    Natural result(0);
    const auto whole = static_cast<std::size_t>(shift / 32);
    const int rest = shift % 32;
    for (std::size_t i = whole; i < kWords; ++i) {
      std::uint64_t pair = std::uint64_t{words_[i - whole]} << 32;
      if (i > whole) pair |= words_[i - whole - 1];
      result.words_[i] = static_cast<std::uint32_t>(pair << rest >> 32);
    }
    return result;
  }

  // `other` is not larger.
  void subtract(const Natural& other) {
    std::uint64_t borrow = 0;
    for (std::size_t i = 0; i < kWords; ++i) {
      const std::uint64_t difference = std::uint64_t{words_[i]} - other.words_[i] - borrow;
      words_[i] = static_cast<std::uint32_t>(difference);
      borrow = difference >> 63;
    }
  }

  // -1, 0 or 1: less, equal, greater.
  [[nodiscard]] int compare(const Natural& other) const {
    for (std::size_t i = kWords; i-- > 0;)
      if (words_[i] != other.words_[i]) return words_[i] < other.words_[i] ? -1 : 1;
    return 0;
  }

  [[nodiscard]] int bit_width() const {
    for (std::size_t i = kWords; i-- > 0;)
      if (words_[i] != 0)
        return static_cast<int>(32 * i) + static_cast<int>(std::bit_width(words_[i]));
    return 0;
  }

 private:
  static constexpr std::size_t kWords = 12;
  std::array<std::uint32_t, kWords> words_{};
};

// digits * 10^exponent.
struct Decimal {
  bool negative = false;
  std::uint64_t digits = 0;
  int exponent = 0;
};

// Exponents beyond this are all the same: too large or too small.
constexpr int kFarExponent = 1'000'000;

// Takes the digits at the front of `text`.
std::string_view take_digits(std::string_view& text) {
  const std::string_view digits = text.substr(0, text.find_first_not_of("0123456789"));
  text.remove_prefix(digits.size());
  return digits;
}

bool take(std::string_view& text, std::string_view characters) {
  if (text.empty() || characters.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int> take_exponent(std::string_view& text) {
  const bool negative = text.starts_with('-');
  (void)take(text, "+-");
  const std::string_view digits = take_digits(text);
  if (digits.empty()) return std::nullopt;
  int exponent = 0;
  for (const char digit : digits) exponent = std::min(exponent * 10 + (digit - '0'), kFarExponent);
  return negative ? -exponent : exponent;
}

// -? digits (. digits)? ([eE] [+-]? digits)?
std::optional<Decimal> parse_decimal(std::string_view text) {
  constexpr std::size_t kMaxDigits = 19;  // below 2^64
  Decimal decimal{.negative = take(text, "-")};
  std::string digits(take_digits(text));
  if (digits.empty()) return std::nullopt;
  std::size_t fraction = 0;
  if (take(text, ".")) {
    const std::string_view fraction_digits = take_digits(text);
    fraction = fraction_digits.size();
    if (fraction == 0 || fraction > kFarExponent) return std::nullopt;
    digits += fraction_digits;
  }
  if (take(text, "eE")) {
    const auto exponent = take_exponent(text);
    if (!exponent) return std::nullopt;
    decimal.exponent = *exponent;
  }
  if (!text.empty()) return std::nullopt;
  decimal.exponent -= static_cast<int>(fraction);
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size());
  digits.erase(0, first);
  const std::size_t end = digits.find_last_not_of('0') + 1;  // 0 for no digit
  decimal.exponent += static_cast<int>(std::min<std::size_t>(digits.size() - end, kFarExponent));
  digits.resize(end);
  if (digits.size() > kMaxDigits) return std::nullopt;
  for (const char digit : digits)
    decimal.digits = decimal.digits * 10 + static_cast<std::uint64_t>(digit - '0');
  return decimal;
}

// floor(n / d), below 2^26; n becomes the remainder.
std::uint32_t divide(Natural& n, const Natural& d) {
  std::uint32_t quotient = 0;
  for (int bit = 25; bit >= 0; --bit) {
    const Natural part = d.shifted_left(bit);
    if (n.compare(part) < 0) continue;
    n.subtract(part);
    quotient |= 1U << bit;
  }
  return quotient;
}

// n / d * 2^shift, rounded, ties to even.
std::uint32_t rounded_quotient(const Natural& n, const Natural& d, int shift) {
  Natural rest = n.shifted_left(std::max(shift, 0));
  const Natural divisor = d.shifted_left(std::max(-shift, 0));
  const std::uint32_t quotient = divide(rest, divisor);
  const int half = rest.shifted_left(1).compare(divisor);
  return quotient + (half > 0 || (half == 0 && (quotient & 1) != 0) ? 1 : 0);
}

}  // namespace

std::optional<std::uint32_t> f32_of_decimal(std::string_view text) {
  // Below 10^19 * 10^-66, less than half of the least number, 2^-149; and 10^39, above the largest.
  constexpr int kLeastExponent = -65;
  constexpr int kLargestExponent = 38;
  constexpr int kLargestShift = 149;
  constexpr std::uint32_t kHiddenBit = 1U << 23;
  const std::optional<Decimal> decimal = parse_decimal(text);
  if (!decimal) return std::nullopt;
  const std::uint32_t sign = decimal->negative ? 0x80000000U : 0;
  if (decimal->digits == 0 || decimal->exponent < kLeastExponent) return sign;
  if (decimal->exponent > kLargestExponent) return std::nullopt;
  Natural n(decimal->digits);
  Natural d(1);
  for (int i = 0; i < decimal->exponent; ++i) n.multiply_by_ten();
  for (int i = 0; i > decimal->exponent; --i) d.multiply_by_ten();

  // With this shift the quotient has 24 or 25 bits; with one less, 24 where it had 25.
  int shift = std::min(24 - n.bit_width() + d.bit_width(), kLargestShift);
  std::uint32_t mantissa = rounded_quotient(n, d, shift);
  if (mantissa >= 2 * kHiddenBit) mantissa = rounded_quotient(n, d, --shift);
  if (mantissa == 2 * kHiddenBit) {
    mantissa = kHiddenBit;
    --shift;
  }
  if (mantissa < kHiddenBit) return sign | mantissa;  // subnormal
  const int field = 150 - shift;
  if (field > 254) return std::nullopt;
  return sign | static_cast<std::uint32_t>(field) << 23 | (mantissa - kHiddenBit);
}

}  // namespace czip::importer
