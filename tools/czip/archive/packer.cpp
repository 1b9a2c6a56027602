#include "archive/packer.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <map>
#include <memory>
#include <new>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "archive/attributes.hpp"
#include "archive/tar_format.hpp"
#include "archive/tar_writer.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "io/descriptor.hpp"

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

// The parts of a file of `size` bytes that are no holes; one that ends in a hole has an empty part
// at its end. Each is found from the end of the one before.
std::vector<tar::Part> parts_of(int fd, std::uint64_t size) {
  std::vector<tar::Part> parts;
  std::uint64_t end = 0;
  while (end < size) {
    const off_t data = lseek(fd, static_cast<off_t>(end), SEEK_DATA);
    if (data < 0 && errno == ENXIO) break;  // the rest is a hole
    const off_t hole = data < 0 ? -1 : lseek(fd, data, SEEK_HOLE);
    if (hole < 0) return {{0, size}};  // the file system does not tell
    const auto start = std::min(static_cast<std::uint64_t>(data), size);
    end = std::min(static_cast<std::uint64_t>(hole), size);
    if (parts.size() == tar::kMaxParts - 2) end = size;
    if (start < end) parts.push_back({start, end - start});
  }
  if (parts.empty() || parts.back().offset + parts.back().size < size) parts.push_back({size, 0});
  return parts;
}

class Packer {
 public:
  Packer(const PackRequest& request, ByteSink& out) : request_(&request), writer_(out) {}

  Status run() {
    CZIP_TRY(find_roots());
    for (const auto& [path, name] : roots_) {
      CZIP_TRY(add(path, name));
      CZIP_TRY(add_content_of_folders());
    }
    if (!any_) return fail(ErrorCode::io, "nothing of it can be read, so there is no archive");
    return writer_.finish();
  }

 private:
  // A folder whose content is being packed.
  struct Folder {
    std::string path;
    std::string name;                   // inside the archive
    std::vector<std::string> children;  // descending: the next is the last
  };

  Status find_roots() {
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
      roots_.emplace_back(root, std::move(*name));
    }
    return {};
  }

  Status add_content_of_folders() {
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
      CZIP_TRY(add(path, name));
    }
    return {};
  }

  // `name` is the path inside the archive.
  Status add(const std::string& path, const std::string& name) {
    struct stat status {};
    if (name.size() >= tar::kMaxPath) return leave_out(path, "has too long a path, left out");
    if (lstat(path.c_str(), &status) != 0) return leave_out(path, unreadable(errno));
    if (S_ISDIR(status.st_mode)) return add_folder(path, name);
    if (S_ISLNK(status.st_mode)) return add_symbolic_link(path, name, status);
    if (S_ISREG(status.st_mode)) return add_file(path, name);
    return leave_out(path, "is no file, folder or symbolic link, left out");
  }

  Status leave_out(const std::string& path, const Error& error) const {
    request_->report(path, error);
    return {};
  }
  Status leave_out(const std::string& path, const char* why) const {
    return leave_out(path, Error{ErrorCode::io, why});
  }

  tar::Entry entry_of(char type, const std::string& path, const std::string& name,
                      const struct stat& status, int fd) const {
    tar::Entry entry{
        .type = type, .path = name, .mode = status.st_mode & 0777, .modified = status.st_mtim};
    if (!request_->extended_attributes || fd < 0) return entry;
    auto attributes = read_attributes(fd);
    if (!attributes) request_->report(path, attributes.error());
    entry.attributes = std::move(attributes).value_or(std::vector<tar::Attribute>());
    if (TarWriter::fits(entry)) return entry;
    entry.attributes.clear();
    request_->report(path, {ErrorCode::io, "has more than " + grouped(tar::kMaxExtended) +
                                               " bytes of extended attributes, packed without"});
    return entry;
  }

  Status add_folder(const std::string& path, const std::string& name) {
    const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const std::unique_ptr<DIR, CloseFolder> folder(fd < 0 ? nullptr : fdopendir(fd));
    struct stat status {};
    if (folder == nullptr || fstat(fd, &status) != 0) return leave_out(path, unreadable(errno));
    CZIP_TRY(begin(entry_of(tar::kFolder, path, name + "/", status, fd), {}));
    Folder content{path, name, {}};
    errno = 0;
    while (const dirent* const child = readdir(folder.get())) {
      const std::string_view child_name(child->d_name);
      if (child_name != "." && child_name != "..") content.children.emplace_back(child_name);
      errno = 0;
    }
    if (errno != 0) request_->report(path, system_error("cannot read all of it", errno));
    std::ranges::sort(content.children, std::greater<>());
    open_.push_back(std::move(content));
    return {};
  }

  Status add_symbolic_link(const std::string& path, const std::string& name,
                           const struct stat& status) {
    std::array<char, PATH_MAX> target{};
    const ssize_t size = readlink(path.c_str(), target.data(), target.size() - 1);
    if (size < 0) return leave_out(path, unreadable(errno));
    tar::Entry entry = entry_of(tar::kSymbolicLink, path, name, status, -1);
    entry.target = target.data();
    return begin(entry, {});
  }

  Status add_file(const std::string& path, const std::string& name) {
    // O_NONBLOCK: it may have become a pipe.
    const Descriptor file(
        open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK));
    struct stat status {};
    if (file.get() < 0 || fstat(file.get(), &status) != 0)
      return leave_out(path, unreadable(errno));
    if (!S_ISREG(status.st_mode)) return leave_out(path, "is no longer a file, left out");
    const FileIdentity identity = identity_of(status);
    if (std::ranges::find(request_->skipped, identity) != request_->skipped.end()) return {};
    if (const auto first = linked_.find(identity); first != linked_.end()) {
      tar::Entry entry = entry_of(tar::kHardLink, path, name, status, -1);
      entry.target = first->second;
      return begin(entry, {});
    }
    if (status.st_nlink > 1) linked_.emplace(identity, name);
    tar::Entry entry = entry_of(tar::kFile, path, name, status, file.get());
    entry.size = static_cast<std::uint64_t>(status.st_size);
    std::vector<tar::Part> parts{{0, entry.size}};
    constexpr std::uint64_t kUnit = 512;  // of st_blocks
    if (static_cast<std::uint64_t>(status.st_blocks) * kUnit < entry.size)
      parts = parts_of(file.get(), entry.size);
    entry.sparse = parts.front().size != entry.size;
    CZIP_TRY(begin(entry, parts));
    for (const tar::Part& part : parts) CZIP_TRY(copy(file.get(), path, part));
    CZIP_TRY(writer_.end());
    report_change(file.get(), path, status);
    return {};
  }

  Status begin(const tar::Entry& entry, std::span<const tar::Part> parts) {
    any_ = true;
    return writer_.begin(entry, parts);
  }

  // Writes as many bytes as were announced, whatever there is to read.
  Status copy(int fd, const std::string& path, const tar::Part& part) {
    buffer_.resize(std::size_t{1} << 18);
    std::uint64_t done = 0;
    while (done < part.size) {
      const auto step =
          static_cast<std::size_t>(std::min<std::uint64_t>(part.size - done, buffer_.size()));
      const ssize_t count = pread(fd, buffer_.data(), step, static_cast<off_t>(part.offset + done));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0)
        request_->report(path, system_error("cannot read all of it, filled up with zeros", errno));
      if (count <= 0) break;
      const auto bytes = static_cast<std::size_t>(count);
      CZIP_TRY(writer_.content(std::span(buffer_).first(bytes)));
      done += bytes;
    }
    return writer_.zeros(part.size - done);
  }

  void report_change(int fd, const std::string& path, const struct stat& before) const {
    struct stat after {};
    if (fstat(fd, &after) != 0) return;
    const std::string length = grouped(static_cast<std::uint64_t>(before.st_size)) + " bytes";
    std::string change;
    if (after.st_size < before.st_size)
      change = "became shorter while it was read, filled up with zeros to " + length;
    else if (after.st_size > before.st_size)
      change = "became longer while it was read, cut to " + length;
    else if (after.st_mtim.tv_sec != before.st_mtim.tv_sec ||
             after.st_mtim.tv_nsec != before.st_mtim.tv_nsec)
      change = "changed while it was read";
    if (!change.empty()) request_->report(path, {ErrorCode::io, change});
  }

  const PackRequest* request_;
  TarWriter writer_;
  std::vector<std::pair<std::string, std::string>> roots_;  // paths and names
  std::vector<Folder> open_;                                // each is in the one before
  std::map<FileIdentity, std::string> linked_;  // names of packed files that have further names
  std::vector<std::uint8_t> buffer_;
  bool any_ = false;  // whether there is an entry
};

}  // namespace

Status pack(const PackRequest& request, ByteSink& out) {
  try {
    return Packer(request, out).run();
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory to pack an archive");
  }
}

}  // namespace czip::tool
