#include "archive/folder_merge.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "archive/tar_parser.hpp"
#include "base/errors.hpp"
#include "io/input_registry.hpp"

namespace czip::tool {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

Failure failed(const char* what, const std::string& path, int error) {
  return system_failure(std::string(what) + " " + shown(path), error);
}

std::optional<struct stat> status_of(int folder, const std::string& path, int flags) {
  struct stat status {};
  if (fstatat(folder, path.c_str(), &status, flags) != 0) return std::nullopt;
  return status;
}

// The names in a folder, sorted.
Result<std::vector<std::string>> names_in(int parent, const std::string& path) {
  const int fd = openat(parent, path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  const std::unique_ptr<DIR, CloseFolder> folder(fd < 0 ? nullptr : fdopendir(fd));
  if (folder == nullptr) return failed("cannot read", path, errno);
  std::vector<std::string> names;
  while (const dirent* const entry = readdir(folder.get())) {
    const std::string_view name(entry->d_name);
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::ranges::sort(names);
  return names;
}

// Whether the file system lacks a kind of renameat2().
bool is_unknown(int error) { return error == EINVAL || error == ENOSYS || error == ENOTSUP; }

}  // namespace

Status already_there(const std::string& path) {
  return fail(ErrorCode::io, shown(path) +
                                 " exists and was not overwritten; use -f to overwrite it, or name "
                                 "another place with -o");
}

bool may_meet(Existing existing, bool are_folders) {
  return existing == Existing::replaced || (existing == Existing::kept && are_folders);
}

Status FolderMerge::plan(const std::vector<std::string>& names) {
  for (const std::string& name : names) CZIP_TRY(plan_path(name));
  return {};
}

Status FolderMerge::plan_path(const std::string& path) {
  const auto from = status_of(request_.from, path, AT_SYMLINK_NOFOLLOW);
  if (!from) return failed("cannot find", path, errno);
  const auto to = status_of(request_.to, path, AT_SYMLINK_NOFOLLOW);
  if (!to && errno != ENOENT) return failed("cannot replace", request_.to_name + path, errno);
  if (!to) {
    steps_.push_back({Kind::move, path, {}});
    return {};
  }
  const bool are_folders = S_ISDIR(from->st_mode) && S_ISDIR(to->st_mode);
  if (!may_meet(request_.existing, are_folders)) return already_there(request_.to_name + path);
  if (are_folders) {
    entered_.insert(path);
    CZIP_TRY_ASSIGN(const auto names, names_in(request_.from, path));
    for (const std::string& name : names) CZIP_TRY(plan_path(path + "/" + name));
    return {};
  }
  CZIP_TRY(check_replacing(path, *from, *to));
  steps_.push_back({Kind::exchange, path, {}});
  return {};
}

Status FolderMerge::check_replacing(const std::string& path, const struct stat& from,
                                    const struct stat& to) {
  const std::string name = shown(request_.to_name + path);
  // A link's target stays where it is, but the command knows it by the link's name.
  const auto target = status_of(request_.to, path, 0);
  CZIP_TRY(check_is_no_input(target.value_or(to), request_.to_name + path));
  if (S_ISDIR(to.st_mode) && !S_ISDIR(from.st_mode))
    return fail(ErrorCode::io, name +
                                   " is a folder, but not in the archive; move it away, or name "
                                   "another place with -o");
  return {};
}

Status FolderMerge::run() {
  for (std::size_t done = 0; done < steps_.size(); ++done) {
    const int error = take(steps_[done], done);
    if (error == 0) continue;
    const std::string path = request_.to_name + steps_[done].path;
    std::string stuck;
    while (done-- > 0)
      if (!take_back(steps_[done])) stuck = request_.to_name + steps_[done].path;
    if (!stuck.empty())
      return fail(ErrorCode::io, system_error("cannot put in place " + shown(path), error).message +
                                     "; " + shown(stuck) + " is new already and stays so");
    if (error == EEXIST) return already_there(path);
    return failed("cannot put in place", path, error);
  }
  return {};
}

// Returns 0 or an errno; then nothing has changed.
int FolderMerge::take(Step& step, std::size_t number) const {
  const char* const path = step.path.c_str();
  const unsigned flags = step.kind == Kind::move ? RENAME_NOREPLACE : RENAME_EXCHANGE;
  if (renameat2(request_.from, path, request_.to, path, flags) == 0) return 0;
  if (!is_unknown(errno)) return errno;
  // The file system has no such renaming. Looking first is the best that is left.
  const auto there = status_of(request_.to, step.path, AT_SYMLINK_NOFOLLOW);
  if (step.kind == Kind::move) {
    if (there) return EEXIST;
    return renameat(request_.from, path, request_.to, path) == 0 ? 0 : errno;
  }
  const std::string aside = std::to_string(number);
  if (renameat(request_.to, path, request_.aside, aside.c_str()) != 0) return errno;
  if (renameat(request_.from, path, request_.to, path) == 0) {
    step.aside = aside;
    return 0;
  }
  const int error = errno;
  renameat(request_.aside, aside.c_str(), request_.to, path);
  return error;
}

bool FolderMerge::take_back(const Step& step) const {
  const char* const path = step.path.c_str();
  if (step.kind == Kind::exchange && step.aside.empty())
    return renameat2(request_.from, path, request_.to, path, RENAME_EXCHANGE) == 0;
  if (renameat(request_.to, path, request_.from, path) != 0) return false;
  return step.aside.empty() || renameat(request_.aside, step.aside.c_str(), request_.to, path) == 0;
}

}  // namespace czip::tool
