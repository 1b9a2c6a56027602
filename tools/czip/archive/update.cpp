// Updates an archive in place: new and changed files become a frame behind what is there, which
// stays as it is. Until all of it is on disk, a mark hides it.
#include "archive/update.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "archive/archive.hpp"
#include "archive/encode.hpp"
#include "archive/open_archive.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/console.hpp"
#include "czip/codec/v2/attachment.hpp"
#include "io/file_content.hpp"
#include "io/input.hpp"
#include "io/signals.hpp"
#include "io/streams.hpp"
#include "v2/coders.hpp"

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

// The archive as it is once its mark is gone: reads zeros in that place.
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
Status check_in_place(const Input& archive) {
  struct stat now {};
  if (stat(archive.name.c_str(), &now) == 0 && identity_of(now) == identity_of(archive.status))
    return {};
  return fail(ErrorCode::io, "was replaced meanwhile by another file; update that");
}

// An archive that is open for writing, and locked.
Result<Input> open_to_update(const std::string& path) {
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

class Update {
 public:
  Update(const Session& session, const v2::Model& model, Input& archive, const ArchiveView& view)
      : session_(&session),
        model_(&model),
        archive_(&archive),
        view_(&view),
        store_(archive.file.get(), OutputLabel(archive.name, "make room")) {}

  Status run(PackRequest& request) {
    const std::uint64_t end = view_->end;
    const SignalsHeld held;
    const InterruptWatch watch([&] {
      // Kept locked, so that nothing is written after it.
      writing_.lock();
      take_back(end);
    });
    const Status written = write(request, end);
    if (!written || report_.packed.nothing_new()) take_back(end);
    CZIP_TRY(written);
    summarize();
    return {};
  }

 private:
  void take_back(std::uint64_t end) const {
    if (committed_) return;
    // Where that fails, what stays is hidden.
    [[maybe_unused]] const int failed = ftruncate(archive_->file.get(), static_cast<off_t>(end));
  }

  Status write(PackRequest& request, std::uint64_t end) {
    const int fd = archive_->file.get();
    // What an interrupted update left.
    if (ftruncate(fd, static_cast<off_t>(end)) != 0) return system_failure("cannot write", errno);
    const std::uint64_t mark = place_of_mark(end);
    CZIP_TRY(OffsetSink(store_, mark, writing_).write(v2::hiding_mark()));
    CZIP_TRY(sync_file(fd, "cannot write"));
    OffsetSink sink(store_, mark + v2::kHidingMarkBytes, writing_);
    v2::EncodeOptions options = archive_options(*session_, *model_);
    options.verify = session_->arguments.verify;
    CZIP_TRY_ASSIGN(report_, encode_packed(*session_, *model_, request,
                                           std::string(archive_->label()), sink, options));
    if (report_.packed.nothing_new()) return {};
    CZIP_TRY(check_mapped_unchanged());
    if (session_->arguments.recovery != 0) {
      CommittedFile committed(store_, mark, writing_);
      CZIP_TRY_ASSIGN(const auto added, add_recovery(*session_, committed, archive_->label()));
      report_.coding.file_bytes += added;
    }
    CZIP_TRY(sync_file(fd, "cannot write"));
    CZIP_TRY(check_in_place(*archive_));
    CZIP_TRY(commit(mark));
    return sync_file(fd, "is updated, but it is not known whether that is on disk");
  }

  Status commit(std::uint64_t mark) {
    const std::lock_guard lock(writing_);
    const std::array<std::uint8_t, v2::kHidingMarkBytes> zeros{};
    CZIP_TRY(store_.write_at(mark, zeros));
    committed_ = true;
    return {};
  }

  void summarize() const {
    std::uint64_t added = 0;
    std::uint64_t removed = 0;
    for (const Member& member : report_.packed.members)
      ++(member.kind == MemberKind::removed ? removed : added);
    if (!Console::interactive() && !session_->console.verbose()) return;
    session_->console.note(printable(archive_->label()) + " : " +
                           (report_.packed.nothing_new()
                                ? "nothing is new"
                                : "version " + grouped(view_->versions.size() + 1) + ": " +
                                      grouped(added) + " members new or changed, " +
                                      grouped(removed) + " removed, " +
                                      grouped(report_.packed.unchanged) + " unchanged; " +
                                      grouped(report_.coding.file_bytes) + " bytes added"));
  }

  const Session* session_;
  const v2::Model* model_;
  Input* archive_;
  const ArchiveView* view_;
  FileStore store_;
  EncodedVersion report_;
  std::mutex writing_;
  bool committed_ = false;  // the new version is no longer hidden
};

}  // namespace

Result<ExitStatus> update_archive(const Session& session, ModelStore& models,
                                  const v2::Model& model, const std::string& path,
                                  const std::vector<std::string>& roots) {
  CZIP_TRY_ASSIGN(auto archive, open_to_update(path));
  CZIP_TRY_ASSIGN(const auto view, open_archive(session, models, archive));
  if (view.garbage)
    return fail(ErrorCode::corrupt, "has garbage from byte " + std::to_string(view.end) +
                                        " on; czip --repack writes an archive without it");
  CZIP_TRY_ASSIGN(const auto base, view.state(view.versions.size()));
  ExitStatus status = ExitStatus::ok;
  CZIP_TRY_ASSIGN(auto request, pack_request(session, roots, status));
  request.base = &base;
  request.walk.skipped.push_back(identity_of(archive.status));
  Update update(session, model, archive, view);
  CZIP_TRY(update.run(request));
  return status;
}

}  // namespace czip::tool
