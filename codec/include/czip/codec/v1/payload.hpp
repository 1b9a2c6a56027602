// What a CZIPv1 file holds inside its outer codec: a header, the lengths of the chunks' streams and
// the streams. Source: conformance/czip-v1.md, "Container CZIPv1".
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"

namespace czip::v1 {

// Offsets of the header's fields, in bytes; integers are little-endian.
struct PayloadHeaderLayout {
  static constexpr std::size_t kModelPathHash = 0;
  static constexpr std::size_t kChunks = 4;
  static constexpr std::size_t kLastChunkTokens = 8;  // u16
  static constexpr std::size_t kTokenizerId = 10;     // only 0 is known
  static constexpr std::size_t kContextLog2 = 11;
};
inline constexpr std::size_t kPayloadHeaderBytes = 12;

inline constexpr std::uint32_t kMaxContextLog2 = 15;
inline constexpr std::uint32_t kDefaultContextLog2 = 6;  // what a stored 0 means

// A text of 4 GiB in chunks of 64 tokens, the shortest that any level has.
inline constexpr std::uint32_t kMaxChunks = std::uint32_t{1} << 26;

inline constexpr std::size_t kMaxChunkBytes = 0xffff;  // chunk lengths are stored in 16 bits

// The payload's first bytes; chunk lengths follow, two bytes each, then the chunk streams.
struct PayloadHeader {
  std::uint32_t model_path_hash = 0;
  std::uint32_t chunks = 0;
  std::uint32_t last_chunk_tokens = 0;  // the context where there are no chunks
  std::uint32_t context_log2 = kDefaultContextLog2;

  [[nodiscard]] std::uint32_t context() const { return std::uint32_t{1} << context_log2; }
  // Header and chunk lengths.
  [[nodiscard]] std::uint64_t table_end() const {
    return kPayloadHeaderBytes + sizeof(std::uint16_t) * std::uint64_t{chunks};
  }
  [[nodiscard]] std::uint64_t tokens() const {
    return chunks == 0 ? 0 : std::uint64_t{chunks - 1} * context() + last_chunk_tokens;
  }
  [[nodiscard]] std::uint32_t chunk_tokens(std::uint32_t chunk) const {
    return chunk + 1 == chunks ? last_chunk_tokens : context();
  }
};

// `bytes` holds kPayloadHeaderBytes. Errors: unsupported (tokenizer id, context), corrupt (a last
// chunk without tokens or longer than the context).
Result<PayloadHeader> parse_payload_header(std::span<const std::uint8_t> bytes);

struct Payload {
  PayloadHeader header;
  std::vector<std::span<const std::uint8_t>> streams;  // header.chunks of them, within the payload
};

// A whole payload. Errors: those of its header, truncated, and corrupt where a chunk is empty or
// bytes follow the last one.
Result<Payload> parse_payload(std::span<const std::uint8_t> payload);

}  // namespace czip::v1
