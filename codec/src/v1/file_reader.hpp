// Reads a CZIPv1 file front to back: both headers, the chunk lengths, the chunk streams. Memory
// grows only with what has arrived, never with what a field claims.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "io/counting_streams.hpp"
#include "v1/chunk_decoder.hpp"
#include "v1/container.hpp"
#include "v1/outer_codec.hpp"

namespace czip::v1 {

class FileReader {
 public:
  // `in` must outlive the reader.
  explicit FileReader(ByteSource& in) : in_(in) {}

  // Reads and checks the headers and the chunk lengths. Must be called first.
  Status open();

  [[nodiscard]] const FileHeader& file_header() const { return file_header_; }
  [[nodiscard]] const PayloadHeader& header() const { return header_; }
  [[nodiscard]] std::uint64_t file_bytes() const { return in_.size(); }
  [[nodiscard]] std::uint64_t payload_bytes() const { return payload_bytes_; }
  // What follows the payload; known once all chunks have been read.
  [[nodiscard]] TrailingData trailing() const;
  // Time spent in the outer codec and in reading.
  [[nodiscard]] std::uint64_t outer_ns() const { return outer_ns_; }

  // Instead of `open`: the whole payload as it is.
  Result<std::vector<std::uint8_t>> read_payload();

  // Reads the next `count` chunks, or those that are left; none after the last. Then the file has
  // been checked to end where it should.
  Status read_chunks(std::size_t count, ChunkGroup& group);

 private:
  Status open_outer();
  Status read_file_header();
  Status read_payload_header();
  Status read_chunk_sizes();
  Status check_end();
  // Fills `buffer`; an error where the payload ends before, inside `what`.
  Status read(std::span<std::uint8_t> buffer, const char* what);
  Result<std::size_t> read_outer(std::span<std::uint8_t> buffer);

  CountingSource in_;
  std::unique_ptr<OuterDecoder> outer_;
  FileHeader file_header_;
  PayloadHeader header_;
  std::vector<std::uint16_t> chunk_sizes_;
  std::uint32_t next_chunk_ = 0;
  std::uint64_t payload_bytes_ = 0;  // read so far
  std::uint64_t outer_ns_ = 0;
};

}  // namespace czip::v1
