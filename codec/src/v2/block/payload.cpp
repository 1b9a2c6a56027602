#include "v2/block/payload.hpp"

#include <algorithm>

#include "czip/base/little_endian.hpp"
#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/coding/constants.hpp"

namespace czip::v2 {

Status text_does_not_fit() {
  return fail(ErrorCode::corrupt, "the block's tokens do not end where its text does");
}

Status payload_ran_out() {
  return fail(ErrorCode::corrupt, "the block's payload ends long before its text does");
}

void append_token_count(std::vector<std::uint8_t>& payload, std::size_t tokens) {
  const std::size_t at = payload.size();
  payload.resize(at + kTokenCountBytes);
  store_le(&payload[at], static_cast<std::uint32_t>(tokens));
}

Result<std::size_t> take_token_count(std::span<const std::uint8_t>& payload,
                                     std::size_t text_bytes) {
  if (payload.size() < kTokenCountBytes)
    return fail(ErrorCode::truncated, "the block's payload ends before its token count");
  const std::size_t tokens = load_le<std::uint32_t>(payload.data());
  // A token has at least one byte.
  if (tokens > text_bytes) return error_of(text_does_not_fit());
  payload = payload.subspan(kTokenCountBytes);
  return tokens;
}

Status check_end(const RangeDecoder& coder, std::uint32_t final_range) {
  const bool range_fits = final_range == kUnknownRange || coder.range() == final_range;
  if (coder.ends_here() && range_fits) return {};
  return fail(ErrorCode::corrupt, "the block's payload does not end where its text does");
}

Status TextWriter::put(std::string_view token) {
  if (token.size() > text_.size() - written_) return text_does_not_fit();
  std::ranges::copy(token, text_.begin() + static_cast<std::ptrdiff_t>(written_));
  written_ += token.size();
  return {};
}

}  // namespace czip::v2
