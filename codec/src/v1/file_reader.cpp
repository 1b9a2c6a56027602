#include "v1/file_reader.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "czip/base/little_endian.hpp"
#include "io/stopwatch.hpp"

namespace czip::v1 {

Status FileReader::open() {
  CZIP_TRY(open_outer());
  CZIP_TRY(read_payload_header());
  return read_chunk_sizes();
}

Status FileReader::open_outer() {
  CZIP_TRY(read_file_header());
  CZIP_TRY_ASSIGN(auto outer, create_outer_decoder(file_header_.outer, in_));
  outer_ = std::move(outer);
  return {};
}

Result<std::vector<std::uint8_t>> FileReader::read_payload() {
  constexpr std::size_t kStep = std::size_t{1} << 20;
  CZIP_TRY(open_outer());
  std::vector<std::uint8_t> payload;
  for (std::size_t filled = 0;;) {
    payload.resize(filled + kStep);
    CZIP_TRY_ASSIGN(const auto count, read_outer(std::span(payload).subspan(filled)));
    filled += count;
    payload.resize(filled);
    if (count < kStep) return payload;
  }
}

TrailingData FileReader::trailing() const {
  TrailingData trailing = outer_->trailing();
  if (trailing.garbage_offset) *trailing.garbage_offset += kFileHeaderBytes;
  return trailing;
}

Status FileReader::read_file_header() {
  std::array<std::uint8_t, kFileHeaderBytes> bytes{};
  std::size_t size = 0;
  while (size < bytes.size()) {
    CZIP_TRY_ASSIGN(const auto count, in_.read(std::span(bytes).subspan(size)));
    if (count == 0) break;
    size += count;
  }
  CZIP_TRY_ASSIGN(auto header, parse_file_header(std::span(bytes).first(size)));
  file_header_ = header;
  return {};
}

Status FileReader::read_payload_header() {
  std::array<std::uint8_t, kPayloadHeaderBytes> bytes{};
  CZIP_TRY(read(bytes, "the inner header"));
  CZIP_TRY_ASSIGN(header_, parse_payload_header(bytes));
  return check_agreement(header_, file_header_);
}

Status FileReader::read_chunk_sizes() {
  std::array<std::uint8_t, 4096> bytes{};
  while (chunk_sizes_.size() < header_.chunks) {
    const std::size_t count = std::min(header_.chunks - chunk_sizes_.size(), bytes.size() / 2);
    const std::span<std::uint8_t> part = std::span(bytes).first(2 * count);
    CZIP_TRY(read(part, "the chunk lengths"));
    for (std::size_t i = 0; i < count; ++i) {
      const auto size = load_le<std::uint16_t>(&part[2 * i]);
      if (size == 0)
        return fail(ErrorCode::corrupt,
                    "chunk " + std::to_string(chunk_sizes_.size()) + " has a length of 0 bytes");
      chunk_sizes_.push_back(size);
    }
  }
  return {};
}

Status FileReader::read_chunks(std::size_t count, ChunkGroup& group) {
  group.first_chunk = next_chunk_;
  group.sizes.clear();
  group.tokens.clear();
  group.bytes.clear();
  count = std::min<std::size_t>(count, header_.chunks - next_chunk_);
  if (count == 0) return check_end();
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t size = chunk_sizes_[next_chunk_];
    group.sizes.push_back(static_cast<std::uint32_t>(size));
    group.tokens.push_back(header_.chunk_tokens(next_chunk_));
    group.bytes.resize(bytes + size);
    CZIP_TRY(read(std::span(group.bytes).subspan(bytes), "a chunk"));
    bytes += size;
    ++next_chunk_;
  }
  return {};
}

Status FileReader::check_end() {
  std::uint8_t byte = 0;
  const Result<std::size_t> count = read_outer({&byte, 1});
  CZIP_TRY(count);
  if (*count > 0)
    return fail(ErrorCode::corrupt,
                "the payload goes on after its last chunk, which ends at byte " +
                    std::to_string(payload_bytes_ - 1));
  return {};
}

Status FileReader::read(std::span<std::uint8_t> buffer, const char* what) {
  CZIP_TRY_ASSIGN(const auto count, read_outer(buffer));
  if (count == buffer.size()) return {};
  std::string message =
      "the payload ends at byte " + std::to_string(payload_bytes_) + ", inside " + what;
  if (next_chunk_ > 0 || !chunk_sizes_.empty())
    message += " (" + std::to_string(next_chunk_) + " of " + std::to_string(header_.chunks) +
               " chunks were complete)";
  return fail(ErrorCode::truncated, std::move(message));
}

Result<std::size_t> FileReader::read_outer(std::span<std::uint8_t> buffer) {
  const Stopwatch stopwatch;
  Result<std::size_t> count = outer_->read(buffer);
  if (count) payload_bytes_ += *count;
  outer_ns_ += stopwatch.elapsed_ns();
  return count;
}

}  // namespace czip::v1
