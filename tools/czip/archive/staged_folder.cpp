#include "archive/staged_folder.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "archive/tar_reader.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "io/descriptor.hpp"

namespace czip::tool {
namespace {

namespace fs = std::filesystem;

Failure failed(const char* what, const std::string& path, int error) {
  return system_failure(std::string(what) + " " + printable(path), error);
}

bool is_folder(const std::string& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool exists(const std::string& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0;
}

// Moves `from` to `to`, which may exist: folders are merged, links are replaced and not followed.
Status merge(const std::string& from, const std::string& to) {
  if (is_folder(from) && is_folder(to)) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(from, error); !error && entry != fs::directory_iterator();
         entry.increment(error))
      names.push_back(entry->path().filename());
    if (error) return failed("cannot read", from, error.value());
    for (const std::string& name : names) CZIP_TRY(merge(from + "/" + name, to + "/" + name));
    return rmdir(from.c_str()) == 0 ? Status{} : failed("cannot remove", from, errno);
  }
  if (is_folder(from) && exists(to) && unlink(to.c_str()) != 0)
    return failed("cannot replace", to, errno);
  if (rename(from.c_str(), to.c_str()) == 0) return {};
  return failed("cannot put in place", to, errno);
}

}  // namespace

Result<StagedFolder> StagedFolder::create(const std::string& target, bool replace) {
  StagedFolder staged(target.empty() || target.ends_with('/') ? target : target + "/", replace);
  staged.made_target_ = !target.empty() && mkdir(target.c_str(), 0777) == 0;
  if (!target.empty() && !staged.made_target_ && errno != EEXIST)
    return failed("cannot create", target, errno);
  std::string path = (staged.target_.empty() ? "./" : staged.target_) + ".unpacked.czip-XXXXXX";
  if (mkdtemp(path.data()) == nullptr)
    return failed("cannot create a folder in", staged.target_.empty() ? "." : target, errno);
  staged.path_ = path;
  staged.folder_ = Descriptor(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (staged.folder_.get() < 0) return failed("cannot open", path, errno);
  return staged;
}

StagedFolder::StagedFolder(StagedFolder&& other) noexcept
    : target_(std::move(other.target_)),
      replace_(other.replace_),
      path_(std::exchange(other.path_, {})),
      made_target_(std::exchange(other.made_target_, false)),
      folder_(std::move(other.folder_)) {}

StagedFolder::~StagedFolder() { remove(); }

void StagedFolder::remove() const {
  // Another thread may add something at the same time, which makes an attempt fail.
  constexpr int kAttempts = 10;
  std::error_code error;
  for (int i = 0; i < kAttempts && !path_.empty(); ++i) {
    fs::remove_all(path_, error);
    if (!error) break;
  }
  // Fails, as it should, where others put something into it.
  if (made_target_) rmdir(target_.c_str());
}

Status StagedFolder::may_create(const std::string& name) const {
  if (replace_ || !exists(target_ + name)) return {};
  return fail(ErrorCode::io, printable(target_ + name) +
                                 " exists and was not overwritten; use -f to overwrite it, or name "
                                 "another place with -o");
}

Status StagedFolder::publish(const Unpacked& content, bool sync) {
  for (const std::string& name : content.names) CZIP_TRY(move_into_place(name));
  CZIP_TRY(finish_folders(content));
  if (sync && syncfs(folder_.get()) != 0) return failed("cannot sync", target_, errno);
  if (rmdir(path_.c_str()) == 0) path_.clear();
  return {};
}

Status StagedFolder::move_into_place(const std::string& name) const {
  const std::string from = path_ + "/" + name;
  const std::string to = target_ + name;
  if (replace_) return merge(from, to);
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  if (errno != EINVAL && errno != ENOSYS) return failed("cannot put in place", to, errno);
  // The file system has no such flag. Checking first is the best that is left.
  CZIP_TRY(may_create(name));
  return rename(from.c_str(), to.c_str()) == 0 ? Status{}
                                               : failed("cannot put in place", to, errno);
}

Status StagedFolder::finish_folders(const Unpacked& content) const {
  // Deeper folders come first: their parents may become closed, and change their times.
  std::vector<UnpackedFolder> folders = content.folders;
  std::ranges::stable_sort(folders, std::greater<>(), [](const UnpackedFolder& folder) {
    return std::ranges::count(folder.path, '/');
  });
  for (const UnpackedFolder& folder : folders) {
    const std::string path = target_ + folder.path;
    const Descriptor opened(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    const std::array<std::timespec, 2> times{folder.modified, folder.modified};
    if (opened.get() < 0 || fchmod(opened.get(), folder.mode) != 0 ||
        futimens(opened.get(), times.data()) != 0)
      return failed("cannot set permissions of", path, errno);
  }
  return {};
}

}  // namespace czip::tool
