#include "v2/checkpoint.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "io/input_registry.hpp"
#include "io/streams.hpp"

namespace czip::tool {
namespace {

// So that no other file is taken for a checkpoint, and written to.
constexpr std::string_view kStart = "czip checkpoint\n";

Status failure(const std::string& path, const char* why) {
  return fail(ErrorCode::io, printable(path) + " " + why);
}

Status check_start(const std::string& path, int fd, std::uint64_t size) {
  std::array<std::uint8_t, kStart.size()> start{};
  const auto read = FileRandomAccess(fd).read_at(0, start);
  CZIP_TRY(read);
  const bool ours =
      std::equal(start.begin(), start.begin() + static_cast<std::ptrdiff_t>(*read), kStart.begin());
  if (ours && (size == 0 || *read == start.size())) return {};
  return failure(path, "is no checkpoint of a compression; name another file");
}

}  // namespace

Result<std::optional<EncodingCheckpoint>> EncodingCheckpoint::open(const Arguments& arguments) {
  const std::string& path = arguments.checkpoint;
  if (path.empty()) return std::optional<EncodingCheckpoint>();
  const bool may_exist = arguments.resume || arguments.force;
  Descriptor file(::open(
      path.c_str(),
      O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW | (may_exist ? 0 : O_EXCL),
      0600));
  if (file.get() < 0 && errno == EEXIST)
    return error_of(failure(path, "exists; go on from it by --resume, or begin anew by -f"));
  struct stat status {};
  if (file.get() < 0 || fstat(file.get(), &status) != 0)
    return system_failure("cannot open " + printable(path), errno);
  if (!S_ISREG(status.st_mode))
    return error_of(failure(path, "is no regular file; name another one for the checkpoint"));
  CZIP_TRY(check_is_no_input(status, path));
  CZIP_TRY(check_start(path, file.get(), static_cast<std::uint64_t>(status.st_size)));
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0)
    return error_of(failure(path, "is in use by another czip"));
  if (!arguments.resume && ftruncate(file.get(), 0) != 0)
    return system_failure("cannot write " + printable(path), errno);
  register_input(status, InputRole::helper);  // the output must be another file
  return std::optional(EncodingCheckpoint(path, std::move(file)));
}

Status EncodingCheckpoint::begin(ByteSink& out) {
  out_ = &out;
  const std::span start(reinterpret_cast<const std::uint8_t*>(kStart.data()), kStart.size());
  CZIP_TRY(FileStore(file_.get(), path_).write_at(0, start));
  position_ = earlier_.position = kStart.size();
  earlier_.fd = file_.get();
  return {};
}

Result<std::size_t> EncodingCheckpoint::Earlier::read(std::span<std::uint8_t> buffer) {
  auto read = FileRandomAccess(fd).read_at(position, buffer);
  position += read.value_or(0);
  return read;
}

Status EncodingCheckpoint::write(std::span<const std::uint8_t> bytes) {
  CZIP_TRY(FileStore(file_.get(), path_).write_at(position_, bytes));
  position_ += bytes.size();
  return out_->write(bytes);
}

Status EncodingCheckpoint::remove() {
  if (unlink(path_.c_str()) == 0 || errno == ENOENT) return {};
  return system_failure("cannot remove " + printable(path_), errno);
}

}  // namespace czip::tool
