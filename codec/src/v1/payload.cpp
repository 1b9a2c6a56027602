#include "czip/codec/v1/payload.hpp"

#include <string>

#include "czip/base/little_endian.hpp"

namespace czip::v1 {

Result<PayloadHeader> parse_payload_header(std::span<const std::uint8_t> bytes) {
  using Layout = PayloadHeaderLayout;
  PayloadHeader header{
      .model_path_hash = load_le<std::uint32_t>(&bytes[Layout::kModelPathHash]),
      .chunks = load_le<std::uint32_t>(&bytes[Layout::kChunks]),
      .last_chunk_tokens = load_le<std::uint16_t>(&bytes[Layout::kLastChunkTokens]),
      .context_log2 = bytes[Layout::kContextLog2]};
  if (const std::uint8_t id = bytes[Layout::kTokenizerId]; id != 0)
    return fail(ErrorCode::unsupported,
                "payload byte 10: tokenizer id " + std::to_string(id) + ", only 0 is known");
  if (header.context_log2 == 0) header.context_log2 = kDefaultContextLog2;
  if (header.context_log2 > kMaxContextLog2)
    return fail(ErrorCode::unsupported,
                "payload byte 11: chunks of 2^" + std::to_string(header.context_log2) +
                    " tokens, at most 2^" + std::to_string(kMaxContextLog2) + " are supported");
  if (header.last_chunk_tokens < 1 || header.last_chunk_tokens > header.context())
    return fail(ErrorCode::corrupt,
                "payload byte 8: the last chunk has " + std::to_string(header.last_chunk_tokens) +
                    " tokens, outside 1 to " + std::to_string(header.context()));
  return header;
}

Result<Payload> parse_payload(std::span<const std::uint8_t> payload) {
  if (payload.size() < kPayloadHeaderBytes)
    return fail(ErrorCode::truncated, "the payload ends inside the inner header, after " +
                                          std::to_string(payload.size()) + " bytes");
  Payload parsed;
  CZIP_TRY_ASSIGN(parsed.header, parse_payload_header(payload.first(kPayloadHeaderBytes)));
  if (payload.size() < parsed.header.table_end())
    return fail(ErrorCode::truncated, "the payload ends inside the chunk lengths, after " +
                                          std::to_string(payload.size()) + " bytes");
  std::size_t position = static_cast<std::size_t>(parsed.header.table_end());
  for (std::size_t i = 0; i < parsed.header.chunks; ++i) {
    const auto size = load_le<std::uint16_t>(&payload[kPayloadHeaderBytes + 2 * i]);
    if (size == 0)
      return fail(ErrorCode::corrupt, "chunk " + std::to_string(i) + " has a length of 0 bytes");
    if (payload.size() - position < size)
      return fail(ErrorCode::truncated, "the payload ends inside chunk " + std::to_string(i));
    parsed.streams.push_back(payload.subspan(position, size));
    position += size;
  }
  if (position != payload.size())
    return fail(
        ErrorCode::corrupt,
        "the payload goes on after its last chunk, which ends at byte " + std::to_string(position));
  return parsed;
}

}  // namespace czip::v1
