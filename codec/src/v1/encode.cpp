#include "v1/encode.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "io/byte_blocks.hpp"
#include "io/counting_streams.hpp"
#include "io/stopwatch.hpp"
#include "v1/container.hpp"
#include "v1/outer_codec.hpp"
#include "v1/text_coding.hpp"

namespace czip::v1 {
namespace {

// A payload in its three parts: the header is known last.
struct PayloadParts {
  PayloadHeader header;
  ByteBlocks chunk_sizes;  // u16 each
  ByteBlocks chunk_streams;

  [[nodiscard]] std::uint64_t size() const { return header.table_end() + chunk_streams.size(); }
};

// The whole payload, in memory.
Result<PayloadParts> make_payload(ContextState& context, std::span<const std::uint8_t> text,
                                  const EncodeOptions& options, CodingReport& report) {
  PayloadParts payload;
  CZIP_TRY_ASSIGN(payload.header,
                  code_text(context, text, options, report, [&](const EncodedChunks& chunks) {
                    for (const std::uint32_t size : chunks.sizes) {
                      std::array<std::uint8_t, sizeof(std::uint16_t)> stored{};
                      store_le(stored.data(), static_cast<std::uint16_t>(size));
                      payload.chunk_sizes.append(stored);
                    }
                    payload.chunk_streams.append(chunks.bytes);
                    return Status{};
                  }));
  return payload;
}

// Hands the payload's bytes to `consume`, in order.
template <class Consume>
Status for_each_part(const PayloadParts& payload, Consume consume) {
  CZIP_TRY(consume(std::span<const std::uint8_t>(serialize(payload.header))));
  for (const ByteBlocks* part : {&payload.chunk_sizes, &payload.chunk_streams})
    for (const std::vector<std::uint8_t>& block : part->blocks())
      CZIP_TRY(consume(std::span<const std::uint8_t>(block)));
  return {};
}

Status write_file(const PayloadParts& payload, std::uint64_t text_bytes, OuterCodec codec,
                  ByteSink& out) {
  const FileHeader header{
      .outer = codec,
      .text_bytes = static_cast<std::uint32_t>(text_bytes),
      .payload_table_end = static_cast<std::uint32_t>(payload.header.table_end())};
  CZIP_TRY(out.write(serialize(header)));
  CZIP_TRY_ASSIGN(auto encoder, create_outer_encoder(codec, payload.size(), out));
  Status status = for_each_part(
      payload, [&](std::span<const std::uint8_t> bytes) { return encoder->write(bytes); });
  if (!status) return status;
  return encoder->finish();
}

}  // namespace

Result<std::vector<std::uint8_t>> encode_payload_with(ContextState& context,
                                                      std::span<const std::uint8_t> text,
                                                      const EncodeOptions& options,
                                                      CodingReport* report) {
  CodingReport own_report;
  CZIP_TRY_ASSIGN(const auto payload, make_payload(context, text, options, own_report));
  std::vector<std::uint8_t> bytes;
  bytes.reserve(static_cast<std::size_t>(payload.size()));
  CZIP_TRY(for_each_part(payload, [&](std::span<const std::uint8_t> part) -> Status {
    bytes.insert(bytes.end(), part.begin(), part.end());
    return {};
  }));
  if (report != nullptr) *report = own_report;
  return bytes;
}

Result<CodingReport> encode_with(ContextState& context, std::span<const std::uint8_t> text,
                                 ByteSink& out, const EncodeOptions& options) {
  CodingReport report;
  CZIP_TRY_ASSIGN(const auto payload, make_payload(context, text, options, report));
  const Stopwatch stopwatch;
  CountingSink counted(out);
  CZIP_TRY(write_file(payload, text.size(), options.outer, counted));
  report.outer_ns = stopwatch.elapsed_ns();
  report.file_bytes = counted.size();
  return report;
}

}  // namespace czip::v1
