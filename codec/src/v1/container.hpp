// The header of a CZIPv1 file in front of the outer codec's stream, and writing that of the payload
// inside (czip/codec/v1/payload.hpp). Source: conformance/czip-v1.md, "Container CZIPv1".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "czip/base/error.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v1/payload.hpp"

namespace czip::v1 {

inline constexpr std::size_t kFileHeaderBytes = 16;

// Stands in front of the outer stream.
struct FileHeader {
  OuterCodec outer = OuterCodec::brotli;
  std::uint32_t text_bytes = 0;
  std::uint32_t payload_table_end = 0;  // PayloadHeader::table_end()
};

[[nodiscard]] std::array<std::uint8_t, kFileHeaderBytes> serialize(const FileHeader& header);

// Checks magic, flags and codec. `bytes` holds what the file has, at most kFileHeaderBytes.
Result<FileHeader> parse_file_header(std::span<const std::uint8_t> bytes);

[[nodiscard]] std::array<std::uint8_t, kPayloadHeaderBytes> serialize(const PayloadHeader& header);

// Whether the payload's header agrees with the file's. Errors: corrupt; unsupported for more than
// kMaxChunks chunks.
Status check_agreement(const PayloadHeader& header, const FileHeader& file);

}  // namespace czip::v1
