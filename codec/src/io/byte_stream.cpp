#include "czip/codec/io/byte_stream.hpp"

#include <algorithm>
#include <array>

namespace czip {

Status ByteSink::write_zeros(std::uint64_t count) {
  static constexpr std::array<std::uint8_t, std::size_t{64} << 10> kZeros{};
  while (count > 0) {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(count, kZeros.size()));
    CZIP_TRY(write(std::span(kZeros).first(part)));
    count -= part;
  }
  return {};
}

Result<std::size_t> MemorySource::read(std::span<std::uint8_t> buffer) {
  const std::size_t count = std::min(buffer.size(), bytes_.size() - position_);
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(position_), count, buffer.begin());
  position_ += count;
  return count;
}

Status MemorySource::rewind() {
  position_ = 0;
  return {};
}

Result<std::size_t> MemorySource::read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) {
  if (offset >= bytes_.size()) return 0;
  const auto rest = bytes_.subspan(static_cast<std::size_t>(offset));
  const std::size_t count = std::min(buffer.size(), rest.size());
  std::copy_n(rest.begin(), count, buffer.begin());
  return count;
}

Result<std::uint64_t> MemorySource::size() { return bytes_.size(); }

Status MemorySink::write(std::span<const std::uint8_t> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  return {};
}

Status MemorySink::rewind() {
  bytes_.clear();
  return {};
}

Status NullSink::write(std::span<const std::uint8_t> bytes) {
  size_ += bytes.size();
  return {};
}

Status NullSink::write_zeros(std::uint64_t count) {
  size_ += count;
  return {};
}

Status NullSink::rewind() {
  size_ = 0;
  return {};
}

}  // namespace czip
