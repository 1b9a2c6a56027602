// The two headers of a CZIPv1 file: in front of the outer codec's stream and at the beginning of
// the payload inside. Source: conformance/czip-v1.md, "Container CZIPv1".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "czip/base/error.hpp"
#include "czip/codec/v1/codec.hpp"

namespace czip::v1 {

inline constexpr std::size_t kFileHeaderBytes = 16;
inline constexpr std::size_t kPayloadHeaderBytes = 12;

inline constexpr std::uint32_t kMaxContextLog2 = 15;
inline constexpr std::uint32_t kDefaultContextLog2 = 6;  // what a stored 0 means

// A text of 4 GiB in chunks of 64 tokens, the shortest that any level has.
inline constexpr std::uint32_t kMaxChunks = std::uint32_t{1} << 26;

inline constexpr std::size_t kMaxChunkBytes = 0xffff;  // chunk lengths are stored in 16 bits

// In front of the outer stream.
struct FileHeader {
  OuterCodec outer = OuterCodec::brotli;
  std::uint32_t text_bytes = 0;
  std::uint32_t payload_table_end =
      0;  // payload header and chunk lengths, in bytes: 12 + 2 * chunks
};

[[nodiscard]] std::array<std::uint8_t, kFileHeaderBytes> serialize(const FileHeader& header);

// Checks magic, flags and codec. `bytes` holds what the file has, at most kFileHeaderBytes.
Result<FileHeader> parse_file_header(std::span<const std::uint8_t> bytes);

// The payload's first bytes; chunk lengths follow, two bytes each, then the chunk streams.
struct PayloadHeader {
  std::uint32_t model_path_hash = 0;
  std::uint32_t chunks = 0;
  std::uint32_t last_chunk_tokens = 0;  // the context where there are no chunks
  std::uint32_t context_log2 = kDefaultContextLog2;

  [[nodiscard]] std::uint32_t context() const { return std::uint32_t{1} << context_log2; }
  [[nodiscard]] std::uint64_t tokens() const {
    return chunks == 0 ? 0 : std::uint64_t{chunks - 1} * context() + last_chunk_tokens;
  }
  [[nodiscard]] std::uint32_t chunk_tokens(std::uint32_t chunk) const {
    return chunk + 1 == chunks ? last_chunk_tokens : context();
  }
};

[[nodiscard]] std::array<std::uint8_t, kPayloadHeaderBytes> serialize(const PayloadHeader& header);

// Checks every field, and that it agrees with the file header. `bytes` holds kPayloadHeaderBytes.
Result<PayloadHeader> parse_payload_header(std::span<const std::uint8_t> bytes,
                                           const FileHeader& file);

}  // namespace czip::v1
