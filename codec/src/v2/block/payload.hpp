// What the payloads of all blocks have in common: the count of tokens at the beginning, the range
// coder's end, and the errors of decoding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "v2/coding/range_coder.hpp"

namespace czip::v2 {

Status text_does_not_fit();
Status payload_ran_out();

// The beginning of the payload of several streams.
void append_token_count(std::vector<std::uint8_t>& payload, std::size_t tokens);
// Takes it from there. Errors: truncated, corrupt.
Result<std::size_t> take_token_count(std::span<const std::uint8_t>& payload,
                                     std::size_t text_bytes);

// Error corrupt: the coder did not use the whole payload, or does not end in `final_range`, unless
// that is kUnknownRange.
Status check_end(const RangeDecoder& coder, std::uint32_t final_range);

// Fills a text with the bytes of tokens.
class TextWriter {
 public:
  explicit TextWriter(std::span<std::uint8_t> text) : text_(text) {}

  [[nodiscard]] std::size_t written() const { return written_; }
  [[nodiscard]] bool full() const { return written_ == text_.size(); }
  // Error corrupt: the token is longer than what is left.
  Status put(std::string_view token);

 private:
  std::span<std::uint8_t> text_;
  std::size_t written_ = 0;
};

}  // namespace czip::v2
