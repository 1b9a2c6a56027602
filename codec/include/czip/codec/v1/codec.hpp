// Reader and writer of CZIPv1 files, compress.zip's container, bit for bit.
// Source of the format: conformance/czip-v1.md.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/io/progress.hpp"
#include "czip/codec/io/trailing_data.hpp"
#include "czip/codec/v1/model.hpp"
#include "czip/engine/simd.hpp"
#include "czip/engine/v1/dialect.hpp"

namespace czip::v1 {

// Outer codec, as the container stores it.
enum class OuterCodec : std::uint8_t { zstd = 0, brotli = 1 };

[[nodiscard]] std::string_view outer_codec_name(OuterCodec codec);
[[nodiscard]] std::optional<OuterCodec> parse_outer_codec(std::string_view name);

inline constexpr int kMinLevel = 1;
inline constexpr int kMaxLevel = 5;
// Levels 1..5 are chunks of 64, 128, 256, 512 and 1024 tokens.
[[nodiscard]] constexpr std::uint32_t level_context_log2(int level) {
  return static_cast<std::uint32_t>(level) + 5;
}

// CZIPv1 stores the text's length in 32 bits.
inline constexpr std::uint64_t kMaxTextBytes = 0xffffffff;

// First bytes of every CZIPv1 file.
inline constexpr std::string_view kMagic = "CZIPv1";

struct EncodeOptions {
  std::optional<int> level{};  // nullopt: the model's own context
  OuterCodec outer = OuterCodec::brotli;
  // The reference stores the first 8 hex digits of the MD5 of the model's path as typed. It
  // identifies nothing and no reader may rely on it.
  std::uint32_t model_path_hash = 0;
  unsigned threads = 0;  // 0: as many as the machine has
  SimdLevel simd = best_simd_level();
  Dialect dialect = Dialect::rust;
  Progress progress{};
  // Bytes that coding may take, besides the model and the text; 0: no limit. Fewer threads take
  // less; where even one takes too much, coding fails.
  std::uint64_t memory_limit = 0;
};

struct CodingReport {
  std::uint64_t text_bytes = 0;
  std::uint64_t tokens = 0;
  std::uint64_t chunks = 0;
  std::uint64_t payload_bytes = 0;  // inner header and chunk streams, before the outer codec
  std::uint64_t file_bytes = 0;     // the whole CZIPv1 file
  std::uint32_t context_log2 = 0;
  Dialect dialect = Dialect::rust;
  TrailingData trailing;  // after the outer codec's stream; of a decoding
  // Wall-clock nanoseconds: tokenizer, network and arithmetic coder together, and the outer codec.
  std::uint64_t coding_ns = 0;
  std::uint64_t outer_ns = 0;
};

// Writes the CZIPv1 file of `text`, any bytes. The file does not depend on the number of threads
// and the SIMD level. Memory beyond text and file is bounded. Errors: invalid_argument (a level
// that the model is too short for, a text beyond kMaxTextBytes), unsupported (a chunk beyond 64
// KiB), cancelled, out_of_memory and those of `out`.
Result<CodingReport> encode(const Model& model, std::span<const std::uint8_t> text, ByteSink& out,
                            const EncodeOptions& options);

// The payload that `encode` puts inside the outer codec, for comparing with other implementations.
Result<std::vector<std::uint8_t>> encode_payload(const Model& model,
                                                 std::span<const std::uint8_t> text,
                                                 const EncodeOptions& options,
                                                 CodingReport* report = nullptr);

struct DecodeOptions {
  // nullopt: `rust`; where the length of a chunk, the length of the text or the text itself proves
  // that wrong, the other dialects that differ at the file's context are tried.
  std::optional<Dialect> dialect{};
  unsigned threads = 0;
  SimdLevel simd = best_simd_level();
  Progress progress{};
  std::uint64_t memory_limit = 0;  // as in EncodeOptions
};

// Decodes a CZIPv1 file. Every field that can be checked is checked: magic, flags, codec, lengths
// and counts, each chunk's exact length (the arithmetic coder's), and the length of the text.
// CZIPv1 has no checksum, so damage that keeps all of these cannot be seen. Do not trust what `out`
// received before an error, or before its rewind() when another dialect is tried. Errors: corrupt,
// truncated, unsupported, model_mismatch (chunks longer than the model's positions), cancelled,
// out_of_memory, and those of the streams.
Result<CodingReport> decode(const Model& model, RewindableSource& in, RewindableSink& out,
                            const DecodeOptions& options);

// What a file says of itself. Reading it needs no model.
struct FileInfo {
  OuterCodec outer = OuterCodec::brotli;
  std::uint8_t flags = 0;  // always 0: a file with others is refused
  std::uint64_t text_bytes = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t payload_bytes = 0;
  std::uint32_t model_path_hash = 0;
  std::uint32_t chunks = 0;
  std::uint32_t last_chunk_tokens = 0;
  std::uint8_t tokenizer_id = 0;  // always 0, likewise
  std::uint32_t context_log2 = 0;
  std::uint64_t tokens = 0;
  TrailingData trailing;
};

// Reads and checks the headers, and that the payload's length agrees with its chunks. Errors:
// corrupt, truncated, unsupported, out_of_memory, and those of `in`.
Result<FileInfo> inspect(ByteSource& in);

// What a file holds inside its outer codec, as `encode_payload` makes it; parse_payload
// (payload.hpp) reads it. All of it is held in memory. Only the file header is checked, so inspect
// a file first.
Result<std::vector<std::uint8_t>> read_payload(ByteSource& in);

}  // namespace czip::v1
