// Base64: bytes as text, four digits for three bytes. Source: RFC 4648, section 4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace czip::tool {

// Digits that `bytes` bytes become, padding included.
[[nodiscard]] constexpr std::uint64_t base64_size(std::uint64_t bytes) {
  return (bytes + 2) / 3 * 4;
}

// Appends the digits of `bytes` and the padding.
void append_base64(std::span<const std::uint8_t> bytes, std::string& text);
[[nodiscard]] std::string to_base64(std::span<const std::uint8_t> bytes);

// Digits without the padding behind them, whether that is right or not.
[[nodiscard]] std::string_view without_padding(std::string_view digits);

// Decodes digit by digit, and accepts what append_base64 writes and nothing else: the padding must
// be complete and the bits before it must be zeros.
class Base64Decoder {
 public:
  // Takes one character, and appends the byte that it completes, if any. Returns what is wrong with
  // the character; empty: nothing.
  [[nodiscard]] std::string_view add(char character, std::vector<std::uint8_t>& bytes);
  // What is wrong if the text ends here; empty: nothing.
  [[nodiscard]] std::string_view end() const;

 private:
  std::uint32_t bits_ = 0;  // not yet in a byte
  unsigned bit_count_ = 0;  // of them: 0, 2, 4 or 6
  unsigned in_group_ = 0;   // characters of the last group of four, padding included
  bool is_padded_ = false;  // no digit may follow
};

}  // namespace czip::tool
