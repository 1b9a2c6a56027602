#include "io/hidden_append.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <utility>

#include "base/errors.hpp"
#include "czip/codec/v2/attachment.hpp"
#include "io/file_identity.hpp"
#include "io/signals.hpp"
#include "io/streams.hpp"

namespace czip::tool {
namespace {

// Writes from an offset on, under a lock.
class OffsetSink final : public ByteSink {
 public:
  OffsetSink(FileStore& file, std::uint64_t offset, std::mutex& writing)
      : file_(&file), offset_(offset), writing_(&writing) {}
  Status write(std::span<const std::uint8_t> bytes) override {
    const std::lock_guard lock(*writing_);
    CZIP_TRY(file_->write_at(offset_, bytes));
    offset_ += bytes.size();
    return {};
  }

 private:
  FileStore* file_;
  std::uint64_t offset_;
  std::mutex* writing_;
};

// The file as it is once its mark is gone: reads zeros in that place.
class CommittedFile final : public RandomAccessFile {
 public:
  CommittedFile(FileStore& file, std::uint64_t mark, std::mutex& writing)
      : file_(&file), mark_(mark), writing_(&writing) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) override {
    CZIP_TRY_ASSIGN(const auto count, file_->read_at(offset, buffer));
    const std::uint64_t begin = std::clamp(mark_, offset, offset + count);
    const std::uint64_t end = std::clamp(mark_ + v2::kHidingMarkBytes, offset, offset + count);
    for (std::uint64_t at = begin; at < end; ++at)
      buffer[static_cast<std::size_t>(at - offset)] = 0;
    return count;
  }
  Result<std::uint64_t> size() override { return file_->size(); }
  Status write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) override {
    const std::lock_guard lock(*writing_);
    return file_->write_at(offset, bytes);
  }

 private:
  FileStore* file_;
  std::uint64_t mark_;
  std::mutex* writing_;
};

// Whether the open file is still the one of its name.
Status check_in_place(const Input& input) {
  struct stat now {};
  if (stat(input.name.c_str(), &now) == 0 && identity_of(now) == identity_of(input.status))
    return {};
  return fail(ErrorCode::io, "was replaced meanwhile by another file; update that");
}

// A mark must not be written in two steps: it lies within one sector.
std::uint64_t place_of_mark(std::uint64_t end) {
  constexpr std::uint64_t kSector = 512;
  const std::uint64_t left = kSector - end % kSector;
  return left < v2::kHidingMarkBytes ? end + left : end;
}

Status sync_file(int fd, const char* what) {
  if (fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP) return {};
  return system_failure(what, errno);
}

class Append {
 public:
  Append(Input& file, std::uint64_t end)
      : file_(&file), end_(end), store_(file.file.get(), OutputLabel(file.name, "make room")) {}

  Result<bool> run(const AppendWriter& write) {
    const SignalsHeld held;
    const InterruptWatch watch([&] {
      // Kept locked, so that nothing is written after it.
      writing_.lock();
      take_back();
    });
    auto written = write_and_commit(write);
    if (!written || !*written) take_back();
    return written;
  }

 private:
  void take_back() const {
    if (committed_) return;
    // Where that fails, what stays is hidden.
    [[maybe_unused]] const int failed = ftruncate(file_->file.get(), static_cast<off_t>(end_));
  }

  Result<bool> write_and_commit(const AppendWriter& write) {
    const int fd = file_->file.get();
    // What an interrupted writer left.
    if (ftruncate(fd, static_cast<off_t>(end_)) != 0) return system_failure("cannot write", errno);
    const std::uint64_t mark = place_of_mark(end_);
    CZIP_TRY(OffsetSink(store_, mark, writing_).write(v2::hiding_mark()));
    CZIP_TRY(sync_file(fd, "cannot write"));
    OffsetSink sink(store_, mark + v2::kHidingMarkBytes, writing_);
    CommittedFile committed(store_, mark, writing_);
    CZIP_TRY_ASSIGN(const bool wanted, write(sink, committed));
    if (!wanted) return false;
    CZIP_TRY(sync_file(fd, "cannot write"));
    CZIP_TRY(check_in_place(*file_));
    CZIP_TRY(commit(mark));
    CZIP_TRY(sync_file(fd, "is updated, but it is not known whether that is on disk"));
    return true;
  }

  Status commit(std::uint64_t mark) {
    const std::lock_guard lock(writing_);
    const std::array<std::uint8_t, v2::kHidingMarkBytes> zeros{};
    CZIP_TRY(store_.write_at(mark, zeros));
    committed_ = true;
    return {};
  }

  Input* file_;
  std::uint64_t end_;
  FileStore store_;
  std::mutex writing_;
  bool committed_ = false;  // what was appended is no longer hidden
};

}  // namespace

Result<Input> open_to_append(const std::string& path) {
  Input input;
  input.name = path;
  input.file = Descriptor(open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (input.file.get() < 0 || fstat(input.file.get(), &input.status) != 0)
    return system_failure("cannot open", errno);
  if (!input.is_regular()) return fail(ErrorCode::io, "is no regular file, and cannot be updated");
  if (flock(input.file.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return fail(ErrorCode::io, "is being updated by another czip; wait for it to end");
  CZIP_TRY(check_in_place(input));
  return input;
}

Result<bool> append_hidden(Input& file, std::uint64_t end, const AppendWriter& write) {
  return Append(file, end).run(write);
}

}  // namespace czip::tool
