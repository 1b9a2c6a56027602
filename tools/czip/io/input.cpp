#include "io/input.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/errors.hpp"
#include "io/descriptor.hpp"
#include "io/streams.hpp"

namespace czip::tool {
namespace {

constexpr std::size_t kReadSize = std::size_t{1} << 18;
constexpr std::uint64_t kMaxSideFile = std::uint64_t{1} << 32;

}  // namespace

bool Input::at_start() const { return peeked.empty() && lseek(file.get(), 0, SEEK_CUR) == 0; }

Result<std::size_t> InputSource::read(std::span<std::uint8_t> buffer) {
  if (used_ == input_->peeked.size()) return read_some(input_->file.get(), buffer);
  const std::size_t count = std::min(buffer.size(), input_->peeked.size() - used_);
  std::copy_n(input_->peeked.begin() + static_cast<std::ptrdiff_t>(used_), count, buffer.begin());
  used_ += count;
  return count;
}

Result<Input> open_input(const std::string& name, InputRules rules) {
  Input input;
  input.name = name;
  if (input.is_stdin()) {
    input.file = Descriptor(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    if (input.file.get() < 0) return system_failure("cannot read", errno);
  } else {
    if (lstat(name.c_str(), &input.status) != 0) return system_failure("cannot open", errno);
    if (S_ISLNK(input.status.st_mode) && !rules.follow_links)
      return fail(ErrorCode::io, "is a symbolic link, skipped; use -f to follow it");
    if (stat(name.c_str(), &input.status) == 0 && !S_ISREG(input.status.st_mode) &&
        !S_ISDIR(input.status.st_mode) && !rules.allow_special)
      return fail(ErrorCode::io, "is not a regular file, skipped; use -f to read it all the same");
    input.file = Descriptor(open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (input.file.get() < 0) return system_failure("cannot open", errno);
  }
  if (fstat(input.file.get(), &input.status) != 0) return system_failure("cannot open", errno);
  if (S_ISDIR(input.status.st_mode)) return fail(ErrorCode::io, "is a directory, skipped; use -r");
  return input;
}

Result<std::vector<std::uint8_t>> read_whole(const Input& input, std::uint64_t limit,
                                             const std::string& limit_reason) try {
  std::vector<std::uint8_t> bytes;
  if (input.is_regular()) {
    const auto size = static_cast<std::uint64_t>(input.status.st_size);
    if (size > limit) return fail(ErrorCode::invalid_argument, limit_reason);
    bytes.reserve(size + 1);  // one byte more, so that the end is seen without growing
  }
  for (;;) {
    const std::size_t filled = bytes.size();
    bytes.resize(std::max(std::min(bytes.capacity(), filled + kReadSize), filled + 1));
    CZIP_TRY_ASSIGN(const auto n, read_some(input.file.get(), std::span(bytes).subspan(filled)));
    bytes.resize(filled + n);
    if (bytes.size() > limit) return fail(ErrorCode::invalid_argument, limit_reason);
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
  input.peeked = bytes;
  return bytes;
}

Status make_seekable(Input& input) {
  if (input.at_start()) return {};
  CZIP_TRY_ASSIGN(auto copy, anonymous_file());
  InputSource source(input);
  std::vector<std::uint8_t> block(kReadSize);
  for (;;) {
    CZIP_TRY_ASSIGN(const auto n, source.read(block));
    if (n == 0) break;
    CZIP_TRY(write_all(copy.get(), std::span(block).first(n)));
  }
  input.file = std::move(copy);
  input.peeked.clear();
  return FileSource(input.file.get()).rewind();
}

}  // namespace czip::tool
