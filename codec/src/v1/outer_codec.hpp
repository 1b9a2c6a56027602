// The general-purpose compressor around a CZIPv1 payload, as streams of bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/io/trailing_data.hpp"
#include "czip/codec/v1/codec.hpp"

namespace czip::v1 {

class OuterEncoder {
 public:
  virtual ~OuterEncoder() = default;
  virtual Status write(std::span<const std::uint8_t> bytes) = 0;
  // Writes the stream's end; nothing may follow.
  virtual Status finish() = 0;
};

// `payload_bytes` is exactly what will be written. `out` must outlive the encoder.
Result<std::unique_ptr<OuterEncoder>> create_outer_encoder(OuterCodec codec,
                                                           std::uint64_t payload_bytes,
                                                           ByteSink& out);

class OuterDecoder {
 public:
  virtual ~OuterDecoder() = default;
  // Fills `buffer`, unless the stream ends before; then the stream is complete.
  virtual Result<std::size_t> read(std::span<std::uint8_t> buffer) = 0;
  // What follows the stream, once `read` has reached its end. Offsets are from the stream's start.
  [[nodiscard]] virtual const TrailingData& trailing() const = 0;
};

// Reads a stream that starts where `in` stands and ends with it. `in` must outlive the decoder.
Result<std::unique_ptr<OuterDecoder>> create_outer_decoder(OuterCodec codec, ByteSource& in);

// The two functions above choose from these.
Result<std::unique_ptr<OuterEncoder>> create_brotli_encoder(std::uint64_t payload_bytes,
                                                            ByteSink& out);
Result<std::unique_ptr<OuterDecoder>> create_brotli_decoder(ByteSource& in);
Result<std::unique_ptr<OuterEncoder>> create_zstd_encoder(std::uint64_t payload_bytes,
                                                          ByteSink& out);
Result<std::unique_ptr<OuterDecoder>> create_zstd_decoder(ByteSource& in);

}  // namespace czip::v1
