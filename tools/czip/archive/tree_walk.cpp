#include "archive/tree_walk.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "archive/tar_format.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"

namespace czip::tool {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

Error unreadable(int error) { return system_error("cannot read, left out", error); }

// The last part of a path after resolving it: "docs" for "docs/", ".", "../docs".
Result<std::string> root_name(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr),
                                                         &std::free);
  if (real == nullptr) return Failure(unreadable(errno));
  const std::string_view name(real.get());
  const std::string last(name.substr(name.rfind('/') + 1));
  if (last.empty())
    return usage_error(printable(path) +
                       ": has no name to put into an archive; name what is in it");
  return last;
}

// "a/b" for "/a/b", "./a/b" and "a//b/". Error: a part "..", or nothing is left.
Result<std::string> listed_name(std::string_view path) {
  std::string name;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (part == "..") return fail(ErrorCode::io, "has a part \"..\", left out");
    if (part.empty() || part == ".") continue;
    if (!name.empty()) name += '/';
    name += part;
  }
  if (name.empty()) return fail(ErrorCode::io, "has no name to put into an archive, left out");
  return name;
}

bool newer(const std::timespec& a, const std::timespec& b) {
  return std::pair(a.tv_sec, a.tv_nsec) > std::pair(b.tv_sec, b.tv_nsec);
}

class TreeWalk {
 public:
  explicit TreeWalk(const WalkRequest& request) : request_(&request) {}

  Result<FoundTree> run() {
    std::set<std::string> names;
    for (const std::string& root : request_->roots) {
      auto name = root_name(root);
      if (!name && name.error().code != ErrorCode::io) return error_of(name);
      if (!name) {
        request_->report(root, name.error());
        continue;
      }
      if (!names.insert(*name).second)
        return usage_error(printable(root) +
                           ": another input has that name too; rename one of them");
      tree_.roots.push_back(*name);
      device_.reset();
      add(root, *name, true);
      walk_folders();
    }
    for (const std::string& path : request_->listed) {
      auto name = listed_name(path);
      if (!name) {
        request_->report(path, name.error());
      } else if (names.insert(*name).second) {
        tree_.roots.push_back(*name);
        add(path, *name, false);
      }
    }
    sort();
    return std::move(tree_);
  }

 private:
  // A folder that is being read.
  struct Folder {
    std::string path;
    std::string name;
    std::vector<std::string> children;  // descending: the next is the last
  };

  void walk_folders() {
    while (!open_.empty()) {
      Folder& folder = open_.back();
      if (folder.children.empty()) {
        open_.pop_back();
        continue;
      }
      const std::string child = std::move(folder.children.back());
      folder.children.pop_back();
      // add() may open a folder, which moves this one.
      const std::string path = folder.path + "/" + child;
      const std::string name = folder.name + "/" + child;
      add(path, name, true);
    }
  }

  void leave_out(const std::string& path, const std::string& name, const Error& error) {
    tree_.unknown.push_back(name);
    request_->report(path, error);
  }

  void add(const std::string& path, const std::string& name, bool enter) {
    if (request_->filter.excludes(name)) return tree_.unknown.push_back(name);
    if (name.size() >= tar::kMaxPath)
      return leave_out(path, name, {ErrorCode::io, "has too long a path, left out"});
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0) return leave_out(path, name, unreadable(errno));
    if (S_ISDIR(status.st_mode)) {
      if (!device_) device_ = status.st_dev;
      const bool other = request_->one_file_system && *device_ != status.st_dev;
      if (enter && !other && !open_folder(path, name, status)) return;
      tree_.files.push_back({path, name, status});
      if (other || !enter) tree_.unknown.push_back(name + "/");
      return;
    }
    if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode))
      return leave_out(path, name,
                       {ErrorCode::io, "is no file, folder or symbolic link, left out"});
    if (std::ranges::find(request_->skipped, identity_of(status)) != request_->skipped.end())
      return;
    if (!request_->filter.includes(name) ||
        (request_->newer_than && !newer(status.st_mtim, *request_->newer_than)))
      return tree_.unknown.push_back(name);
    tree_.files.push_back({path, name, status});
  }

  // False: it cannot be read.
  bool open_folder(const std::string& path, const std::string& name, struct stat& status) {
    const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const std::unique_ptr<DIR, CloseFolder> folder(fd < 0 ? nullptr : fdopendir(fd));
    if (folder == nullptr || fstat(fd, &status) != 0) {
      leave_out(path, name, unreadable(errno));
      return false;
    }
    Folder content{path, name, {}};
    errno = 0;
    while (const dirent* const child = readdir(folder.get())) {
      const std::string_view child_name(child->d_name);
      if (child_name != "." && child_name != "..") content.children.emplace_back(child_name);
      errno = 0;
    }
    if (errno != 0) {
      request_->report(path, system_error("cannot read all of it", errno));
      tree_.unknown.push_back(name + "/");
    }
    std::ranges::sort(content.children, std::greater<>());
    open_.push_back(std::move(content));
    return true;
  }

  // Folders stay in the order in which they were found.
  void sort() {
    const auto rank = [](const FoundFile& file) {
      return S_ISDIR(file.status.st_mode) ? 0 : S_ISLNK(file.status.st_mode) ? 2 : 1;
    };
    const auto key = [&](const FoundFile& file) {
      const std::string_view name = file.name;
      const std::string_view last = name.substr(name.rfind('/') + 1);
      const std::size_t dot = last.rfind('.');
      // "Makefile" and ".profile" have no ending: they stand with their like.
      const bool has_ending = dot != std::string_view::npos && dot > 0;
      return std::tuple(rank(file), has_ending ? last.substr(dot) : std::string_view(),
                        has_ending ? std::string_view() : last, name);
    };
    std::ranges::stable_sort(tree_.files, [&](const FoundFile& a, const FoundFile& b) {
      if (rank(a) == 0 || rank(b) == 0) return rank(a) < rank(b);
      return key(a) < key(b);
    });
  }

  const WalkRequest* request_;
  FoundTree tree_;
  std::vector<Folder> open_;  // each is in the one before
  std::optional<dev_t> device_;
};

}  // namespace

Result<FoundTree> find_files(const WalkRequest& request) { return TreeWalk(request).run(); }

}  // namespace czip::tool
