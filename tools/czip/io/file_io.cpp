#include "io/file_io.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/console.hpp"
#include "cli/text.hpp"
#include "czip/base/error.hpp"

namespace czip::tool {
namespace {

constexpr std::size_t kBlock = 1 << 18;
constexpr std::uint64_t kMaxSideFile = std::uint64_t{1} << 32;

Error too_large(const std::string& reason) { return Error{ErrorCode::invalid_argument, reason}; }

}  // namespace

Descriptor::~Descriptor() {
  // Nothing depends on close: data that matters was synced before.
  if (fd_ >= 0) close(fd_);
}

Status write_all(int fd, std::span<const std::uint8_t> bytes, const std::string& label) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    } else if (errno == EPIPE) {
      return tl::unexpected(broken_pipe());
    } else if (errno != EINTR) {
      const int error = errno;
      const std::string what = label.empty() ? "cannot write" : "cannot write " + printable(label);
      return tl::unexpected(system_error(what, error));
    }
  }
  return {};
}

Result<std::size_t> read_some(int fd, std::span<std::uint8_t> buffer) {
  for (;;) {
    const ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) return tl::unexpected(system_error("cannot read", errno));
  }
}

Result<Descriptor> anonymous_file() {
  const char* const wanted = std::getenv("TMPDIR");
  for (const char* const folder : {wanted, "/tmp"}) {
    if (folder == nullptr || *folder == '\0') continue;
    const int unnamed = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (unnamed >= 0) return Descriptor(unnamed);
    // Not every file system has O_TMPFILE.
    std::string name = std::string(folder) + "/czip-XXXXXX";
    const int named = mkostemp(name.data(), O_CLOEXEC);
    if (named < 0) continue;
    unlink(name.c_str());
    return Descriptor(named);
  }
  const int memory = memfd_create("czip", MFD_CLOEXEC);
  if (memory >= 0) return Descriptor(memory);
  return tl::unexpected(system_error("cannot create a temporary file", errno));
}

Result<std::size_t> FileSource::read(std::span<std::uint8_t> buffer) {
  return read_some(fd_, buffer);
}

Status FileSource::rewind() {
  if (lseek(fd_, 0, SEEK_SET) == 0) return {};
  return tl::unexpected(system_error("cannot read again", errno));
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
      return tl::unexpected(system_error("cannot read", errno));
  }
  return filled;
}

Result<std::uint64_t> FileRandomAccess::size() {
  struct stat status {};
  if (fstat(fd_, &status) != 0) return tl::unexpected(system_error("cannot read", errno));
  return static_cast<std::uint64_t>(status.st_size);
}

Status StreamSink::write(std::span<const std::uint8_t> bytes) {
  return write_all(fd_, bytes, label_);
}

Status FileSink::write(std::span<const std::uint8_t> bytes) {
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  return buffer_.size() < kBlock ? Status{} : flush();
}

Status FileSink::rewind() {
  buffer_.clear();
  if (lseek(fd_, 0, SEEK_SET) == 0 && ftruncate(fd_, 0) == 0) return {};
  return tl::unexpected(system_error("cannot start the output again", errno));
}

Status FileSink::flush() {
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

bool Input::at_start() const { return begun.empty() && lseek(file.get(), 0, SEEK_CUR) == 0; }

Result<std::size_t> InputSource::read(std::span<std::uint8_t> buffer) {
  if (used_ == input_->begun.size()) return read_some(input_->file.get(), buffer);
  const std::size_t count = std::min(buffer.size(), input_->begun.size() - used_);
  std::copy_n(input_->begun.begin() + static_cast<std::ptrdiff_t>(used_), count, buffer.begin());
  used_ += count;
  return count;
}

Result<Input> open_input(const std::string& name, InputRules rules) {
  Input input;
  input.name = name;
  if (input.is_stdin()) {
    input.file = Descriptor(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    if (input.file.get() < 0) return tl::unexpected(system_error("cannot read", errno));
  } else {
    if (lstat(name.c_str(), &input.status) != 0)
      return tl::unexpected(system_error("cannot open", errno));
    if (S_ISLNK(input.status.st_mode) && !rules.follow_links)
      return fail(ErrorCode::io, "is a symbolic link, skipped; use -f to follow it");
    if (stat(name.c_str(), &input.status) == 0 && !S_ISREG(input.status.st_mode) &&
        !S_ISDIR(input.status.st_mode) && !rules.allow_special)
      return fail(ErrorCode::io, "is not a regular file, skipped; use -f to read it all the same");
    input.file = Descriptor(open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (input.file.get() < 0) return tl::unexpected(system_error("cannot open", errno));
  }
  if (fstat(input.file.get(), &input.status) != 0)
    return tl::unexpected(system_error("cannot open", errno));
  if (S_ISDIR(input.status.st_mode)) return fail(ErrorCode::io, "is a directory, skipped; use -r");
  return input;
}

Result<std::vector<std::uint8_t>> read_whole(const Input& input, std::uint64_t limit,
                                             const std::string& limit_reason) try {
  std::vector<std::uint8_t> bytes;
  if (input.is_regular()) {
    const auto size = static_cast<std::uint64_t>(input.status.st_size);
    if (size > limit) return tl::unexpected(too_large(limit_reason));
    bytes.reserve(size + 1);  // one more, to see the end without growing
  }
  for (;;) {
    const std::size_t filled = bytes.size();
    bytes.resize(std::max(std::min(bytes.capacity(), filled + kBlock), filled + 1));
    CZIP_TRY_ASSIGN(const auto n, read_some(input.file.get(), std::span(bytes).subspan(filled)));
    bytes.resize(filled + n);
    if (bytes.size() > limit) return tl::unexpected(too_large(limit_reason));
    if (n == 0) return bytes;
  }
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to hold it; split it");
}

Result<std::vector<std::uint8_t>> read_file(const std::string& name) {
  auto input = open_input(name, {.follow_links = true, .allow_special = true});
  CZIP_TRY(input);
  return read_whole(*input, kMaxSideFile, "is larger than 4 GiB; check the name");
}

Result<std::vector<std::uint8_t>> peek(Input& input, std::size_t count) {
  const int fd = input.file.get();
  std::vector<std::uint8_t> bytes(count);
  if (input.at_start()) {
    CZIP_TRY_ASSIGN(const auto n, FileRandomAccess(fd).read_at(0, bytes));
    bytes.resize(n);
    return bytes;
  }
  std::size_t filled = 0;
  while (filled < count) {
    CZIP_TRY_ASSIGN(const auto n, read_some(fd, std::span(bytes).subspan(filled)));
    if (n == 0) break;
    filled += n;
  }
  bytes.resize(filled);
  input.begun = bytes;
  return bytes;
}

Status make_seekable(Input& input) {
  if (input.at_start()) return {};
  CZIP_TRY_ASSIGN(auto copy, anonymous_file());
  InputSource source(input);
  std::vector<std::uint8_t> block(kBlock);
  for (;;) {
    CZIP_TRY_ASSIGN(const auto n, source.read(block));
    if (n == 0) break;
    CZIP_TRY(write_all(copy.get(), std::span(block).first(n)));
  }
  input.file = std::move(copy);
  input.begun.clear();
  return FileSource(input.file.get()).rewind();
}

}  // namespace czip::tool
