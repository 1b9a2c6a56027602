#include "archive/staged_folder.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "archive/folder_merge.hpp"
#include "archive/remove_tree.hpp"
#include "archive/tar_parser.hpp"
#include "base/errors.hpp"
#include "io/descriptor.hpp"

namespace czip::tool {
namespace {

constexpr const char* kContent = "content";
constexpr const char* kReplaced = "replaced";

Failure failed(const char* what, const std::string& path, int error) {
  return system_failure(std::string(what) + " " + shown(path), error);
}

int open_folder(int parent, const char* path, int flags = 0) {
  return openat(parent, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
}

// "a/" for "a/b/" and "a/b".
std::string folder_above(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path.substr(0, path.rfind('/') + 1);
}

// Not every file system can do it for folders.
bool sync_folder(int fd) { return fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP; }

}  // namespace

Result<StagedFolder> StagedFolder::create(const std::string& target, Existing existing) {
  StagedFolder staged;
  staged.target_ = target.empty() || target.ends_with('/') ? target : target + "/";
  staged.existing_ = existing;
  const std::string shown = target.empty() ? "." : target;
  staged.target_folder_ = Descriptor(open_folder(AT_FDCWD, shown.c_str()));
  const bool missing = staged.target_folder_.get() < 0 && errno == ENOENT;
  if (staged.target_folder_.get() < 0 && !missing) return failed("cannot open", shown, errno);
  const std::string beside = missing ? folder_above(target) : staged.target_;
  std::string path = (beside.empty() ? "./" : beside) + ".unpacked.czip-XXXXXX";
  if (mkdtemp(path.data()) == nullptr)
    return failed("cannot create a folder in", beside.empty() ? "." : beside, errno);
  staged.path_ = path;
  staged.private_ = Descriptor(open_folder(AT_FDCWD, path.c_str()));
  if (staged.private_.get() < 0 || mkdirat(staged.private_.get(), kContent, 0777) != 0)
    return failed("cannot create", path, errno);
  staged.content_ = Descriptor(open_folder(staged.private_.get(), kContent));
  if (staged.content_.get() < 0) return failed("cannot open", path, errno);
  return staged;
}

StagedFolder::StagedFolder(StagedFolder&& other) noexcept
    : target_(std::move(other.target_)),
      existing_(other.existing_),
      kept_(std::move(other.kept_)),
      path_(std::exchange(other.path_, {})),
      private_(std::move(other.private_)),
      content_(std::move(other.content_)),
      target_folder_(std::move(other.target_folder_)),
      moving_(std::move(other.moving_)) {}

StagedFolder::~StagedFolder() {
  if (moving_ != nullptr) remove();
}

void StagedFolder::remove() const {
  const std::lock_guard lock(*moving_);
  if (path_.empty()) return;
  // Another thread may add something at the same time, which makes an attempt fail.
  constexpr int kAttempts = 10;
  for (int i = 0; i < kAttempts; ++i)
    if (remove_tree(path_)) return;
}

Status StagedFolder::may_create(const std::string& path, bool is_folder) const {
  struct stat status {};
  if (existing_ == Existing::replaced || target_folder_.get() < 0 ||
      fstatat(target_folder_.get(), path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
    return {};
  if (may_meet(existing_, is_folder && S_ISDIR(status.st_mode))) return {};
  return already_there(target_ + path);
}

Status StagedFolder::publish(const Unpacked& content) {
  // What has a name must be on disk, for a crash of the machine, too.
  if (syncfs(content_.get()) != 0) return failed("cannot write to disk what is in", path_, errno);
  const std::lock_guard lock(*moving_);
  CZIP_TRY(move_into_place(content));
  if (remove_tree(path_)) path_.clear();
  return {};
}

Status StagedFolder::move_into_place(const Unpacked& content) {
  if (target_folder_.get() >= 0) {
    if (mkdirat(private_.get(), kReplaced, 0700) != 0) return failed("cannot create", path_, errno);
    const Descriptor aside(open_folder(private_.get(), kReplaced));
    FolderMerge merge({.from = content_.get(),
                       .to = target_folder_.get(),
                       .aside = aside.get(),
                       .to_name = target_,
                       .existing = existing_});
    CZIP_TRY(merge.plan(content.names));
    CZIP_TRY(merge.run());
    if (existing_ == Existing::kept) kept_ = merge.entered();
  } else {
    const std::string from = path_ + "/" + kContent;
    std::string to = target_;
    while (to.ends_with('/')) to.pop_back();
    const auto renamed = renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE);
    // rename() puts a folder only over an empty one.
    if (renamed != 0 && (errno == EEXIST || rename(from.c_str(), to.c_str()) != 0))
      return failed("cannot put in place", to, errno);
    std::swap(target_folder_, content_);
  }
  const Descriptor above(open_folder(target_folder_.get(), ".."));
  if (sync_folder(target_folder_.get()) && (above.get() < 0 || sync_folder(above.get()))) return {};
  return failed("is in place, but it is not known whether it is on disk:", target_, errno);
}

Status StagedFolder::finish(const Unpacked& content, bool sync) const {
  Status first_failure;
  // Deeper folders come first: their parents may become closed, and change their times.
  for (auto folder = content.folders.rbegin(); folder != content.folders.rend(); ++folder) {
    const auto& [path, attributes] = *folder;
    if (kept_.contains(path)) continue;
    const Descriptor opened(open_folder(target_folder_.get(), path.c_str(), O_NOFOLLOW));
    const std::array<std::timespec, 2> times{attributes.modified, attributes.modified};
    if (opened.get() >= 0 && fchmod(opened.get(), attributes.mode) == 0 &&
        futimens(opened.get(), times.data()) == 0)
      continue;
    if (first_failure)
      first_failure = failed("is in place, but cannot set permissions of", target_ + path, errno);
  }
  CZIP_TRY(first_failure);
  if (sync && syncfs(target_folder_.get()) != 0)
    return failed("is in place, but it is not known whether it is on disk:", target_, errno);
  if (path_.empty() || remove_tree(path_)) return {};
  return failed("is in place, but cannot remove what it was unpacked in,", path_, errno);
}

}  // namespace czip::tool
