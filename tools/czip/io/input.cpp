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
#include "base/text.hpp"
#include "io/descriptor.hpp"
#include "io/standard_streams.hpp"
#include "io/streams.hpp"

namespace czip::tool {
namespace {

constexpr std::size_t kReadSize = std::size_t{1} << 18;
constexpr std::uint64_t kMaxSideFile = std::uint64_t{1} << 32;
constexpr const char* kTooLarge = "is larger than 4 GiB; check the name";

// Reads on behind what was peeked.
Result<std::size_t> read_more(const Input& input, std::span<std::uint8_t> buffer) {
  return input.decoder != nullptr ? input.decoder->read(buffer)
                                  : read_some(input.file.get(), buffer);
}

}  // namespace

bool Input::at_start() const {
  return peeked.empty() && decoder == nullptr && lseek(file.get(), 0, SEEK_CUR) == 0;
}

Result<std::size_t> InputSource::read(std::span<std::uint8_t> buffer) {
  if (taken_ < input_->peeked.size()) {
    const auto rest = std::span(input_->peeked).subspan(static_cast<std::size_t>(taken_));
    const std::size_t count = std::min(buffer.size(), rest.size());
    std::copy_n(rest.begin(), count, buffer.begin());
    taken_ += count;
    return count;
  }
  const std::uint64_t left =
      input_->announced ? *input_->announced - std::min(*input_->announced, taken_) : buffer.size();
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left));
  if (wanted == 0) return 0;
  CZIP_TRY_ASSIGN(const auto count, read_more(*input_, buffer.first(wanted)));
  is_short_ = is_short_ || (count == 0 && input_->announced);
  taken_ += count;
  return count;
}

Status InputSource::rewind() {
  taken_ = 0;
  is_short_ = false;
  return FileSource(input_->file.get()).rewind();
}

std::string describe_change(const Input& input, std::uint64_t taken) {
  if (!input.announced) return {};
  struct stat now {};
  if (taken < *input.announced)
    return "became shorter while it was read; the " + grouped(taken) +
           " bytes that there were have been taken";
  if (fstat(input.file.get(), &now) != 0) return {};
  if (now.st_size > input.status.st_size)
    return "grew while it was read; the first " + grouped(taken) + " bytes have been taken";
  const bool same = now.st_size == input.status.st_size &&
                    now.st_mtim.tv_sec == input.status.st_mtim.tv_sec &&
                    now.st_mtim.tv_nsec == input.status.st_mtim.tv_nsec;
  return same ? "" : "changed while it was read";
}

namespace {

Error not_regular(InputRules rules) {
  return {ErrorCode::io, rules.role == InputRole::text
                             ? "is not a regular file, skipped; use -f to read it all the same"
                             : "is not a regular file; name one"};
}

Result<Descriptor> open_file(const std::string& name, InputRules rules) {
  struct stat status {};
  if (lstat(name.c_str(), &status) != 0) return system_failure("cannot open", errno);
  if (S_ISLNK(status.st_mode) && !rules.follow_links)
    return fail(ErrorCode::io, "is a symbolic link, skipped; use -f to follow it");
  const bool special =
      stat(name.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
  if (special && !rules.allow_special) return Failure(not_regular(rules));
  // It may have become a pipe that nobody writes to; opening that would wait for ever.
  const int wait = rules.allow_special ? 0 : O_NONBLOCK;
  Descriptor file(open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | wait));
  if (file.get() < 0) return system_failure("cannot open", errno);
  return file;
}

std::optional<std::uint64_t> announced_length(int fd, const struct stat& status) {
  if (!S_ISREG(status.st_mode) || status.st_size == 0) return std::nullopt;
  const off_t position = lseek(fd, 0, SEEK_CUR);
  if (position < 0) return std::nullopt;
  return static_cast<std::uint64_t>(std::max<off_t>(status.st_size - position, 0));
}

}  // namespace

Result<Input> open_input(const std::string& name, InputRules rules) {
  Input input;
  input.name = name;
  auto file = input.is_stdin() ? standard_input() : open_file(name, rules);
  CZIP_TRY(file);
  input.file = std::move(*file);
  const int fd = input.file.get();
  if (fstat(fd, &input.status) != 0) return system_failure("cannot open", errno);
  if (S_ISDIR(input.status.st_mode))
    return fail(ErrorCode::io, rules.role == InputRole::text ? "is a directory, skipped; use -r"
                                                             : "is a directory; name a file");
  if (!input.is_stdin() && !input.is_regular() && !rules.allow_special)
    return Failure(not_regular(rules));
  input.announced = announced_length(fd, input.status);
  if (rules.role) register_input(input.status, *rules.role);
  return input;
}

Result<std::vector<std::uint8_t>> read_whole(const Input& input, std::uint64_t limit,
                                             const std::string& limit_reason) try {
  std::vector<std::uint8_t> bytes;
  const std::uint64_t announced = input.announced.value_or(limit);
  if (announced > limit) return fail(ErrorCode::invalid_argument, limit_reason);
  // One byte more, so that the end is seen without growing.
  if (input.announced) bytes.reserve(static_cast<std::size_t>(announced) + 1);
  InputSource source(input);
  for (;;) {
    const std::size_t filled = bytes.size();
    bytes.resize(std::max(std::min(bytes.capacity(), filled + kReadSize), filled + 1));
    CZIP_TRY_ASSIGN(const auto n, source.read(std::span(bytes).subspan(filled)));
    bytes.resize(filled + n);
    if (bytes.size() > limit) return fail(ErrorCode::invalid_argument, limit_reason);
    if (n == 0) return bytes;
  }
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to hold it; split it");
}

Result<std::vector<std::uint8_t>> read_file(const std::string& name, std::uint64_t limit,
                                            const std::string& limit_reason) {
  auto input =
      open_input(name, {.follow_links = true, .allow_special = true, .role = InputRole::helper});
  CZIP_TRY(input);
  return read_whole(*input, limit, limit_reason);
}

Result<std::vector<std::uint8_t>> read_regular_file(const std::string& name,
                                                    std::optional<InputRole> role) {
  auto input = open_input(name, {.follow_links = true, .allow_special = false, .role = role});
  CZIP_TRY(input);
  return read_whole(*input, kMaxSideFile, kTooLarge);
}

Result<std::vector<std::uint8_t>> peek(Input& input, std::size_t count) {
  std::vector<std::uint8_t> bytes = input.peeked;
  std::size_t filled = bytes.size();
  bytes.resize(std::max(count, filled));
  if (input.at_start()) {
    CZIP_TRY_ASSIGN(const auto n, FileRandomAccess(input.file.get()).read_at(0, bytes));
    bytes.resize(n);
    return bytes;
  }
  while (filled < count) {
    CZIP_TRY_ASSIGN(const auto n, read_more(input, std::span(bytes).subspan(filled)));
    if (n == 0) break;
    filled += n;
  }
  bytes.resize(filled);
  input.peeked = bytes;
  bytes.resize(std::min(count, filled));
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
    CZIP_TRY(write_all(copy.file.get(), std::span(block).first(n), copy.label));
  }
  input.file = std::move(copy.file);
  input.peeked.clear();
  input.announced.reset();
  input.decoder.reset();
  return FileSource(input.file.get()).rewind();
}

}  // namespace czip::tool
