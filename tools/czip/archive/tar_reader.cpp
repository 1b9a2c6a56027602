#include "archive/tar_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <new>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "archive/attributes.hpp"
#include "archive/copy_file.hpp"
#include "archive/owners.hpp"
#include "archive/remove_tree.hpp"
#include "archive/tar_format.hpp"
#include "archive/tar_parser.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "io/descriptor.hpp"
#include "io/output_limit.hpp"

namespace czip::tool {
namespace {

constexpr mode_t kPrivateFolder = 0700;
constexpr mode_t kUsualFolder = 0777;
constexpr const char* kTwice = "twice";

using Parts = std::vector<std::string>;

Failure failed(const std::string& path, int error) {
  return system_failure("cannot create " + shown(path), error);
}

// The parts of a path; nullopt: the path leaves its folder.
std::optional<Parts> parts_of(std::string_view path) {
  if (path.empty() || path.front() == '/') return std::nullopt;
  Parts parts;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (part == "..") return std::nullopt;
    if (!part.empty() && part != ".") parts.emplace_back(part);
  }
  if (parts.empty()) return std::nullopt;
  return parts;
}

std::string joined(const Parts& parts) {
  std::string path;
  for (const std::string& part : parts) path += (path.empty() ? "" : "/") + part;
  return path;
}

int open_folder(int parent, const std::string& name) {
  return openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

// Whether openat() found something that is no folder.
bool is_other(int error) { return error == ENOTDIR || error == ELOOP; }

class Unpacker {
 public:
  Unpacker(const UnpackRequest& request, ByteSource& in)
      : request_(&request),
        parser_(in),
        owners_(request.owners),
        limit_(request.max_output, "--max-output") {}

  Result<Unpacked> run() {
    for (;;) {
      CZIP_TRY_ASSIGN(const auto entry, parser_.next());
      if (!entry) break;
      CZIP_TRY(limit_.check(parser_.entry_end(), copied_));
      const Status unpacked = unpack(*entry);
      if (unpacked) continue;
      if (!request_->refused || unpacked.error().code != ErrorCode::corrupt)
        return error_of(unpacked);
      request_->refused(entry->path);
    }
    if (request_->refused) forget_missing_names();
    return std::move(result_);
  }

 private:
  // What was refused may have been all of its name.
  void forget_missing_names() {
    std::erase_if(result_.names, [&](const std::string& name) {
      struct stat status {};
      return fstatat(request_->folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0;
    });
  }

  Status unpack(const tar::Entry& entry) {
    CZIP_TRY_ASSIGN(const auto parts, checked_parts(entry.path));
    CZIP_TRY(request_->may_go_on());
    path_ = joined(parts);
    const bool is_folder = entry.type == tar::kFolder;
    if (tops_.insert(parts.front()).second) {
      if (parts.size() > 1) CZIP_TRY(request_->may_create(parts.front(), true));
      result_.names.push_back(parts.front());
    }
    CZIP_TRY(request_->may_create(path_, is_folder));
    CZIP_TRY(enter_parent(parts));
    switch (entry.type) {
      case tar::kFolder:
        return make_folder(entry, parts.back());
      case tar::kSymbolicLink:
        return make_symbolic_link(entry, parts.back());
      case tar::kHardLink:
        return entry.copy ? make_copy(entry, parts.back()) : make_hard_link(entry, parts.back());
      default:
        return make_file(entry, parts.back());
    }
  }

  static Result<Parts> checked_parts(const std::string& path) {
    if (path.size() > tar::kMaxPath)
      return refused_entry(path, "with a path of more than " + grouped(tar::kMaxPath) + " bytes");
    auto parts = parts_of(path);
    if (!parts) return refused_entry(path, "which does not stay in its folder");
    return std::move(*parts);
  }

  // The descriptor of the folder above the current entry.
  [[nodiscard]] int parent() const {
    return parent_parts_.empty() ? request_->folder : parent_.get();
  }

  // Opens the folder above an entry, and creates what is missing. Continues from the last entry's
  // where that is above it.
  Status enter_parent(const Parts& parts) {
    const std::span above = std::span(parts).first(parts.size() - 1);
    if (parent_parts_.size() > above.size() ||
        !std::equal(parent_parts_.begin(), parent_parts_.end(), above.begin()))
      parent_parts_.clear();
    while (parent_parts_.size() < above.size()) {
      const std::string& name = above[parent_parts_.size()];
      int fd = open_folder(parent(), name);
      if (fd < 0 && errno == ENOENT && mkdirat(parent(), name.c_str(), kUsualFolder) == 0)
        fd = open_folder(parent(), name);
      if (fd < 0 && is_other(errno))
        return refused_entry(joined(parts), "which is in no folder of it");
      if (fd < 0) return failed(joined(parts), errno);
      parent_ = Descriptor(fd);
      parent_parts_.push_back(name);
    }
    return {};
  }

  Status make_folder(const tar::Entry& entry, const std::string& name) {
    CZIP_TRY_ASSIGN(const auto folder, open_or_make_folder(name));
    const FolderAttributes attributes{entry.mode & ~request_->withheld, entry.modified};
    const bool is_new = result_.folders.insert_or_assign(path_, attributes).second;
    if (!is_new && !request_->refused) return refused_entry(path_, kTwice);
    restore_owner_and_attributes(folder.get(), entry);
    return {};
  }

  // It may have been created for an entry in it, or by an earlier version.
  Result<Descriptor> open_or_make_folder(const std::string& name) {
    if (mkdirat(parent(), name.c_str(), kPrivateFolder) != 0 && errno != EEXIST)
      return failed(path_, errno);
    Descriptor folder(open_folder(parent(), name));
    if (folder.get() < 0 && is_other(errno)) {
      if (!makes_room(name)) return refused_entry(path_, kTwice);
      if (mkdirat(parent(), name.c_str(), kPrivateFolder) != 0) return failed(path_, errno);
      folder = Descriptor(open_folder(parent(), name));
    }
    if (folder.get() < 0) return failed(path_, errno);
    return folder;
  }

  // Whether a path is the current one or below it.
  [[nodiscard]] bool is_within(std::string_view path) const {
    return path.starts_with(path_) && (path.size() == path_.size() || path[path_.size()] == '/');
  }

  // Whether an earlier entry of the current path, which is in the way, has been removed.
  [[nodiscard]] bool makes_room(const std::string& name) {
    if (!request_->refused) return false;
    if (unlinkat(parent(), name.c_str(), 0) == 0) return true;
    if ((errno != EISDIR && errno != EPERM) || !remove_tree(parent(), name)) return false;
    std::erase_if(result_.folders, [this](const auto& folder) { return is_within(folder.first); });
    return true;
  }

  Result<Descriptor> create_file(const std::string& name) {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    Descriptor file(openat(parent(), name.c_str(), kFlags, 0600));
    if (file.get() < 0 && errno == EEXIST) {
      if (!makes_room(name)) return refused_entry(path_, kTwice);
      file = Descriptor(openat(parent(), name.c_str(), kFlags, 0600));
    }
    if (file.get() < 0) return failed(path_, errno);
    return file;
  }

  Status finish_file(int fd, const tar::Entry& entry) {
    restore_owner_and_attributes(fd, entry);
    const std::array<std::timespec, 2> times{entry.modified, entry.modified};
    if (fchmod(fd, entry.mode & ~request_->withheld) == 0 && futimens(fd, times.data()) == 0)
      return {};
    return failed(path_, errno);
  }

  Status make_file(const tar::Entry& entry, const std::string& name) {
    CZIP_TRY_ASSIGN(const auto file, create_file(name));
    CZIP_TRY(copy_content(file.get(), entry));
    return finish_file(file.get(), entry);
  }

  // What is skipped stays a hole, at the end too.
  Status copy_content(int fd, const tar::Entry& entry) {
    for (std::uint64_t position = 0;;) {
      CZIP_TRY_ASSIGN(const auto piece, parser_.read());
      if (piece.bytes.empty()) break;
      CZIP_TRY(request_->may_go_on());
      if (piece.offset != position && lseek(fd, static_cast<off_t>(piece.offset), SEEK_SET) < 0)
        return failed(path_, errno);
      CZIP_TRY(write_all(fd, piece.bytes, shown(path_)));
      position = piece.offset + piece.bytes.size();
    }
    if (!entry.sparse || ftruncate(fd, static_cast<off_t>(entry.size)) == 0) return {};
    return failed(path_, errno);
  }

  // `make` makes a link of the current path, as link() does.
  template <class Make>
  Status make_link(const std::string& name, const Make& make) {
    if (make() == 0) return {};
    if (errno == EEXIST) {
      if (!makes_room(name)) return refused_entry(path_, kTwice);
      if (make() == 0) return {};
    }
    return failed(path_, errno);
  }

  Status make_symbolic_link(const tar::Entry& entry, const std::string& name) {
    if (entry.target.empty() || entry.target.size() > tar::kMaxPath)
      return refused_entry(path_, "a symbolic link to a path of no or too many bytes");
    CZIP_TRY(
        make_link(name, [&] { return symlinkat(entry.target.c_str(), parent(), name.c_str()); }));
    warn_of(owners_.restore_link(parent(), name, entry.owner));
    const std::array<std::timespec, 2> times{entry.modified, entry.modified};
    // Not every file system keeps times of links; they do not matter.
    utimensat(parent(), name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW);
    return {};
  }

  // The folder of a link's target, which must be an earlier file of the archive; its name goes to
  // `name`. The folder of the request has no descriptor of its own.
  Result<Descriptor> find_target(const tar::Entry& entry, std::string& name) {
    constexpr const char* kNoFile = "a hard link to what is no earlier file of it";
    CZIP_TRY_ASSIGN(const auto target, checked_parts(entry.target));
    Descriptor folder;
    for (const std::string& part : std::span(target).first(target.size() - 1)) {
      Descriptor next(open_folder(folder_or_top(folder), part));
      if (next.get() < 0 && (errno == ENOENT || is_other(errno)))
        return refused_entry(path_, kNoFile);
      if (next.get() < 0) return failed(path_, errno);
      folder = std::move(next);
    }
    name = target.back();
    struct stat status {};
    if (fstatat(folder_or_top(folder), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(status.st_mode))
      return refused_entry(path_, kNoFile);
    return folder;
  }

  [[nodiscard]] int folder_or_top(const Descriptor& folder) const {
    return folder.get() < 0 ? request_->folder : folder.get();
  }

  Status make_hard_link(const tar::Entry& entry, const std::string& name) {
    std::string target;
    CZIP_TRY_ASSIGN(const auto folder, find_target(entry, target));
    CZIP_TRY_ASSIGN(const auto target_parts, checked_parts(entry.target));
    // It must not make room for itself.
    if (is_within(joined(target_parts))) return refused_entry(path_, kTwice);
    return make_link(name, [&] {
      return linkat(folder_or_top(folder), target.c_str(), parent(), name.c_str(), 0);
    });
  }

  Status make_copy(const tar::Entry& entry, const std::string& name) {
    std::string target;
    CZIP_TRY_ASSIGN(const auto folder, find_target(entry, target));
    const Descriptor from(
        openat(folder_or_top(folder), target.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (from.get() < 0) return failed(path_, errno);
    CZIP_TRY_ASSIGN(const auto file, create_file(name));
    const std::uint64_t tar_bytes = parser_.entry_end();
    CZIP_TRY(copy_file(from.get(), file.get(), [&](std::uint64_t bytes) -> Status {
      copied_ += bytes;
      CZIP_TRY(limit_.check(tar_bytes, copied_));
      return request_->may_go_on();
    }));
    return finish_file(file.get(), entry);
  }

  void restore_owner_and_attributes(int fd, const tar::Entry& entry) {
    warn_of(owners_.restore(fd, entry.owner));
    if (request_->extended_attributes) warn_of(set_attributes(fd, entry.attributes));
  }

  void warn_of(const Status& restored) const {
    if (!restored) request_->warn(path_, restored.error());
  }

  const UnpackRequest* request_;
  TarParser parser_;
  Owners owners_;
  OutputLimit limit_;
  std::uint64_t copied_ = 0;  // bytes of copies
  std::set<std::string> tops_;
  std::string path_;  // of the current entry
  Descriptor parent_;
  Parts parent_parts_;
  Unpacked result_;
};

}  // namespace

Result<Unpacked> unpack_tar(const UnpackRequest& request, ByteSource& in) {
  try {
    return Unpacker(request, in).run();
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory to unpack the archive");
  }
}

}  // namespace czip::tool
