#include "io/streams.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "io/descriptor.hpp"

namespace czip::tool {
namespace {

constexpr std::size_t kWriteSize = std::size_t{1} << 18;  // bytes that FileSink collects

}  // namespace

Result<std::size_t> FileSource::read(std::span<std::uint8_t> buffer) {
  return read_some(fd_, buffer);
}

Status FileSource::rewind() {
  if (lseek(fd_, 0, SEEK_SET) == 0) return {};
  return system_failure("cannot read again", errno);
}

Result<std::size_t> FileRandomAccess::read_at(std::uint64_t offset,
                                              std::span<std::uint8_t> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const ssize_t n = pread(fd_, buffer.data() + filled, buffer.size() - filled,
                            static_cast<off_t>(offset + filled));
    if (n == 0) break;
    if (n > 0)
      filled += static_cast<std::size_t>(n);
    else if (errno != EINTR)
      return system_failure("cannot read", errno);
  }
  return filled;
}

Result<std::uint64_t> FileRandomAccess::size() {
  struct stat status {};
  if (fstat(fd_, &status) != 0) return system_failure("cannot read", errno);
  return static_cast<std::uint64_t>(status.st_size);
}

Result<std::size_t> FileStore::read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) {
  return FileRandomAccess(fd_).read_at(offset, buffer);
}

Result<std::uint64_t> FileStore::size() { return FileRandomAccess(fd_).size(); }

Status FileStore::write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno != EINTR)
      return Failure(system_error("cannot write " + label_.file, errno, label_.no_room));
    if (n <= 0) continue;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return {};
}

Status ResumedSink::write(std::span<const std::uint8_t> bytes) {
  const auto dropped = static_cast<std::size_t>(std::min<std::uint64_t>(drop_, bytes.size()));
  drop_ -= dropped;
  const auto rest = bytes.subspan(dropped);
  CZIP_TRY(out_->write(rest));
  *given_ += rest.size();
  return {};
}

Status StreamSink::write(std::span<const std::uint8_t> bytes) {
  return write_all(fd_, bytes, label_);
}

Status FileSink::write(std::span<const std::uint8_t> bytes) {
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  return buffer_.size() < kWriteSize ? Status{} : write_buffer();
}

Status FileSink::write_zeros(std::uint64_t count) {
  CZIP_TRY(write_buffer());
  ends_in_hole_ = true;
  if (count <= static_cast<std::uint64_t>(std::numeric_limits<off_t>::max()) &&
      lseek(fd_, static_cast<off_t>(count), SEEK_CUR) >= 0)
    return {};
  return system_failure("cannot leave a hole of " + grouped(count) + " bytes in " + label_.file,
                        EFBIG);
}

Status FileSink::rewind() {
  buffer_.clear();
  ends_in_hole_ = false;
  if (lseek(fd_, 0, SEEK_SET) == 0 && ftruncate(fd_, 0) == 0) return {};
  return system_failure("cannot start the output again", errno);
}

Status FileSink::flush() {
  CZIP_TRY(write_buffer());
  if (!std::exchange(ends_in_hole_, false)) return {};
  const off_t end = lseek(fd_, 0, SEEK_CUR);
  if (end >= 0 && ftruncate(fd_, end) == 0) return {};
  return Failure(system_error("cannot write " + label_.file, errno, label_.no_room));
}

Status FileSink::write_buffer() {
  if (buffer_.empty()) return {};
  ends_in_hole_ = false;
  Status written = write_all(fd_, buffer_, label_);
  buffer_.clear();
  return written;
}

Status CompareSink::write(std::span<const std::uint8_t> bytes) {
  const std::span<const std::uint8_t> rest = expected_.subspan(position_);
  const std::size_t common = std::min(rest.size(), bytes.size());
  const auto end = bytes.begin() + static_cast<std::ptrdiff_t>(common);
  const auto where = std::mismatch(bytes.begin(), end, rest.begin()).first;
  position_ += static_cast<std::size_t>(where - bytes.begin());
  differs_ = where != bytes.end();
  if (!differs_) return {};
  return fail(ErrorCode::corrupt, "the text differs from byte " + grouped(position_) + " on");
}

Status CompareSink::rewind() {
  position_ = 0;
  differs_ = false;
  return {};
}

}  // namespace czip::tool
