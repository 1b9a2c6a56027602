#include "archive/remove_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/memory_reserve.hpp"
#include "io/descriptor.hpp"

namespace czip::tool {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

int open_folder(int parent, const char* name) {
  return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

// Removes what is no folder and returns the names of the folders.
std::vector<std::string> remove_files(int fd) {
  std::vector<std::string> folders;
  // Its owner may have taken the permissions away that are needed here.
  fchmod(fd, S_IRWXU);
  const int copy = open_folder(fd, ".");
  const std::unique_ptr<DIR, CloseFolder> folder(copy < 0 ? nullptr : fdopendir(copy));
  if (folder == nullptr) {
    if (copy >= 0) close(copy);
    return folders;
  }
  while (const dirent* const entry = readdir(folder.get())) {
    const std::string_view name(entry->d_name);
    if (name == "." || name == "..") continue;
    if (unlinkat(fd, entry->d_name, 0) != 0 && (errno == EISDIR || errno == EPERM))
      folders.emplace_back(name);
  }
  return folders;
}

struct Level {
  std::string name;                  // in the folder above
  std::vector<std::string> folders;  // in it, still to be removed
};

}  // namespace

bool remove_tree(const std::string& path) { return remove_tree(AT_FDCWD, path); }

bool remove_tree(int parent, const std::string& path) {
  // opendir() takes memory without asking for the reserve.
  release_memory_reserve();
  Descriptor current(open_folder(parent, path.c_str()));
  if (current.get() < 0) return errno == ENOENT;
  std::vector<Level> levels{{path, remove_files(current.get())}};
  while (true) {
    Level& level = levels.back();
    if (!level.folders.empty()) {
      std::string name = std::move(level.folders.back());
      level.folders.pop_back();
      if (unlinkat(current.get(), name.c_str(), AT_REMOVEDIR) == 0) continue;
      Descriptor next(open_folder(current.get(), name.c_str()));
      if (next.get() < 0 && fchmodat(current.get(), name.c_str(), S_IRWXU, 0) == 0)
        next = Descriptor(open_folder(current.get(), name.c_str()));
      if (next.get() < 0) continue;  // then removing the folder above fails
      current = std::move(next);
      levels.push_back({std::move(name), remove_files(current.get())});
      continue;
    }
    if (levels.size() == 1) return unlinkat(parent, path.c_str(), AT_REMOVEDIR) == 0;
    const std::string name = std::move(level.name);
    levels.pop_back();
    current = Descriptor(open_folder(current.get(), ".."));
    if (current.get() < 0) return false;
    unlinkat(current.get(), name.c_str(), AT_REMOVEDIR);
  }
}

}  // namespace czip::tool
