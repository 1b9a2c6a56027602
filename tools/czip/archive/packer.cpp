#include "archive/packer.hpp"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <map>
#include <new>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "archive/attributes.hpp"
#include "archive/member_hash.hpp"
#include "archive/owners.hpp"
#include "archive/tar_format.hpp"
#include "archive/tar_writer.hpp"
#include "archive/tree_walk.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "io/descriptor.hpp"

namespace czip::tool {
namespace {

constexpr std::size_t kReadStep = std::size_t{1} << 18;

// Files that are shorter are not worth an entry of a copy.
constexpr std::uint64_t kLeastCopy = 512;

Error unreadable(int error) { return system_error("cannot read, left out", error); }

bool same_time(const std::timespec& a, const std::timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

mode_t permissions(const struct stat& status) { return status.st_mode & 0777; }

// O_NONBLOCK: it may have become a pipe.
Descriptor open_to_read(const std::string& path) {
  return Descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK));
}

// As many bytes as there are; an errno where they cannot be read.
ssize_t read_at(int fd, std::span<std::uint8_t> bytes, std::uint64_t offset) {
  for (;;) {
    const ssize_t count = pread(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count >= 0 || errno != EINTR) return count;
  }
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

// A file's layout in the tar.
struct Layout {
  std::vector<tar::Part> parts;
  bool sparse = false;
};

Layout layout_of(int fd, const struct stat& status) {
  constexpr std::uint64_t kUnit = 512;  // of st_blocks
  const auto size = static_cast<std::uint64_t>(status.st_size);
  Layout layout{{{0, size}}, false};
  if (static_cast<std::uint64_t>(status.st_blocks) * kUnit < size)
    layout.parts = parts_of(fd, size);
  layout.sparse = layout.parts.front().size != size;
  return layout;
}

// The hash of what the tar would hold; nullopt: it cannot be read, or is shorter.
std::optional<std::uint64_t> hash_of_file(int fd, const Layout& layout) {
  MemberHasher hasher;
  if (layout.sparse) hasher.begin_sparse(layout.parts);
  std::vector<std::uint8_t> buffer(kReadStep);
  for (const tar::Part& part : layout.parts) {
    for (std::uint64_t done = 0; done < part.size;) {
      const auto bytes = std::span(buffer).first(
          static_cast<std::size_t>(std::min<std::uint64_t>(part.size - done, buffer.size())));
      const ssize_t count = read_at(fd, bytes, part.offset + done);
      if (count <= 0) return std::nullopt;
      hasher.add(bytes.first(static_cast<std::size_t>(count)));
      done += static_cast<std::uint64_t>(count);
    }
  }
  return hasher.digest();
}

// Whether two files have the same bytes. False also if one cannot be read.
bool same_bytes(int a, int b, std::uint64_t size) {
  std::vector<std::uint8_t> part(kReadStep);
  std::vector<std::uint8_t> other(kReadStep);
  for (std::uint64_t done = 0; done < size;) {
    const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(size - done, part.size()));
    const ssize_t count = read_at(a, std::span(part).first(step), done);
    if (count <= 0) return false;
    const auto bytes = static_cast<std::size_t>(count);
    if (read_at(b, std::span(other).first(bytes), done) != count ||
        !std::equal(part.begin(), part.begin() + count, other.begin()))
      return false;
    done += bytes;
  }
  return true;
}

class Packer {
 public:
  Packer(const PackRequest& request, ByteSink& out)
      : request_(&request), writer_(out), owners_(request.owners) {}

  Result<PackReport> run() {
    CZIP_TRY_ASSIGN(tree_, find_files(request_->walk));
    compare_with_base();
    expect_all();
    for (std::size_t i = 0; i < tree_.files.size(); ++i) {
      const FoundFile& file = tree_.files[i];
      if (unchanged_[i]) {
        ++report_.unchanged;
        continue;
      }
      if (S_ISDIR(file.status.st_mode))
        CZIP_TRY(add_folder(file));
      else if (S_ISLNK(file.status.st_mode))
        CZIP_TRY(add_symbolic_link(file));
      else
        CZIP_TRY(add_file(file));
    }
    CZIP_TRY(writer_.finish());
    report_.members = writer_.take_members();
    if (request_->base == nullptr && report_.members.empty())
      return fail(ErrorCode::io, "nothing of it can be read, so there is no archive");
    report_.members.insert(report_.members.end(), touched_.begin(), touched_.end());
    note_removed();
    return std::move(report_);
  }

 private:
  // A packed or unchanged file, of which another may be a copy.
  struct Original {
    std::string path;
    std::string name;
  };
  using ContentKey = std::pair<std::uint64_t, std::uint64_t>;  // size and hash

  void report(const std::string& path, const Error& error) const {
    request_->walk.report(path, error);
  }
  Status leave_out(const std::string& path, const std::string& name, const Error& error) {
    tree_.unknown.push_back(name);
    report(path, error);
    return {};
  }

  [[nodiscard]] const PlacedMember* base_member(const std::string& name) const {
    if (request_->base == nullptr) return nullptr;
    const auto found = request_->base->find(name);
    return found == request_->base->end() ? nullptr : &found->second;
  }

  // What a file's header takes in the tar. Nearly every time has a fraction of a second, which
  // takes a record with a header of its own; other records are not counted.
  static std::uint64_t header_bytes(const struct stat& status) {
    return (status.st_mtim.tv_nsec == 0 ? 1 : 3) * std::uint64_t{tar::kBlock};
  }
  static std::uint64_t padded(std::uint64_t content_bytes) {
    return content_bytes + tar::padding(content_bytes);
  }
  // With the holes of its content.
  static std::uint64_t tar_bytes(const struct stat& status) {
    const bool content = S_ISREG(status.st_mode);
    return header_bytes(status) +
           (content ? padded(static_cast<std::uint64_t>(status.st_size)) : 0);
  }

  void expect_all() {
    std::set<FileIdentity> linked;
    for (std::size_t i = 0; i < tree_.files.size(); ++i) {
      const struct stat& status = tree_.files[i].status;
      const bool again = S_ISREG(status.st_mode) && status.st_nlink > 1 &&
                         !linked.insert(identity_of(status)).second;
      if (!unchanged_[i]) expected_ += again ? header_bytes(status) : tar_bytes(status);
    }
    expect_less(0);
  }

  void expect_less(std::uint64_t bytes) {
    expected_ -= std::min(expected_, bytes);
    if (request_->expect) request_->expect(expected_);
  }

  // What has the same kind, length, time and permissions as in the base is not looked at.
  [[nodiscard]] bool is_unchanged(const FoundFile& file) const {
    const PlacedMember* const base = base_member(file.name);
    if (base == nullptr || !same_time(base->member.modified, file.status.st_mtim)) return false;
    if (S_ISLNK(file.status.st_mode))
      return base->member.kind == MemberKind::symbolic_link &&
             base->member.target == link_target(file.path);
    if (base->member.mode != permissions(file.status)) return false;
    if (S_ISDIR(file.status.st_mode)) return base->member.kind == MemberKind::folder;
    return base->content.tar_bytes != 0 &&
           base->content.size == static_cast<std::uint64_t>(file.status.st_size);
  }

  void compare_with_base() {
    unchanged_.assign(tree_.files.size(), false);
    for (const FoundFile& file : tree_.files)
      if (S_ISREG(file.status.st_mode)) ++sizes_[static_cast<std::uint64_t>(file.status.st_size)];
    for (std::size_t i = 0; i < tree_.files.size() && request_->base != nullptr; ++i) {
      const FoundFile& file = tree_.files[i];
      unchanged_[i] = is_unchanged(file);
      if (!unchanged_[i] || !S_ISREG(file.status.st_mode)) continue;
      const PlacedMember& base = *base_member(file.name);
      originals_.emplace(ContentKey(base.content.size, base.content.hash),
                         Original{file.path, file.name});
      if (file.status.st_nlink > 1) linked_.emplace(identity_of(file.status), file.name);
    }
    // A hard link to a file that has changed has changed with it.
    for (std::size_t i = 0; i < tree_.files.size(); ++i) {
      const PlacedMember* const base = base_member(tree_.files[i].name);
      if (!unchanged_[i] || base->member.kind != MemberKind::hard_link) continue;
      const auto first = linked_.find(identity_of(tree_.files[i].status));
      if (first == linked_.end() || base_member(first->second)->link_group != base->link_group)
        unchanged_[i] = false;
    }
  }

  // Notes a file of which only the time or the permissions changed.
  [[nodiscard]] bool is_only_touched(const FoundFile& file, int fd, const struct stat& status,
                                     const Layout& layout) {
    const PlacedMember* const base = base_member(file.name);
    if (base == nullptr || base->content.tar_bytes == 0 ||
        base->content.size != static_cast<std::uint64_t>(status.st_size))
      return false;
    // A link that has become a file of its own needs an entry of its own.
    if (base->member.kind == MemberKind::hard_link) return false;
    const auto hash = hash_of_file(fd, layout);
    if (!hash || *hash != base->content.hash) return false;
    touched_.push_back({.kind = MemberKind::touched,
                        .path = file.name,
                        .mode = permissions(status),
                        .modified = status.st_mtim});
    originals_.emplace(ContentKey(base->content.size, *hash), Original{file.path, file.name});
    return true;
  }

  // What the base has below the roots, and the tree has not.
  void note_removed() {
    if (request_->base == nullptr) return;
    std::set<std::string> there;
    for (const FoundFile& file : tree_.files) there.insert(file.name);
    const std::set<std::string> unknown(tree_.unknown.begin(), tree_.unknown.end());
    const std::set<std::string> roots(tree_.roots.begin(), tree_.roots.end());
    for (const auto& [path, placed] : *request_->base) {
      if (there.contains(path) || !has_beginning(path, roots) || has_beginning(path, unknown))
        continue;
      report_.members.push_back({.kind = MemberKind::removed, .path = path});
    }
  }

  // Whether a name, a folder above it, or such a folder and a slash is among `names`.
  static bool has_beginning(const std::string& name, const std::set<std::string>& names) {
    if (names.contains(name)) return true;
    for (std::size_t slash = name.find('/'); slash != std::string::npos;
         slash = name.find('/', slash + 1))
      if (names.contains(name.substr(0, slash)) || names.contains(name.substr(0, slash + 1)))
        return true;
    return false;
  }

  tar::Entry entry_of(char type, const FoundFile& file, const struct stat& status, int fd) {
    tar::Entry entry{
        .type = type, .path = file.name, .mode = permissions(status), .modified = status.st_mtim};
    entry.owner = owners_.owner_of(status);
    if (!request_->extended_attributes || fd < 0) return entry;
    auto attributes = read_attributes(fd);
    if (!attributes) report(file.path, attributes.error());
    entry.attributes = std::move(attributes).value_or(std::vector<tar::Attribute>());
    if (TarWriter::fits(entry)) return entry;
    entry.attributes.clear();
    report(file.path, {ErrorCode::io, "has more than " + grouped(tar::kMaxExtended) +
                                          " bytes of extended attributes, packed without"});
    return entry;
  }

  Status add_folder(const FoundFile& file) {
    Descriptor folder;
    if (request_->extended_attributes)
      folder = Descriptor(open(file.path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    tar::Entry entry = entry_of(tar::kFolder, file, file.status, folder.get());
    entry.path += '/';
    return writer_.begin(entry, {});
  }

  static std::string link_target(const std::string& path) {
    std::array<char, PATH_MAX> target{};
    const ssize_t size = readlink(path.c_str(), target.data(), target.size() - 1);
    return size < 0 ? "" : target.data();
  }

  Status add_symbolic_link(const FoundFile& file) {
    tar::Entry entry = entry_of(tar::kSymbolicLink, file, file.status, -1);
    entry.target = link_target(file.path);
    if (entry.target.empty()) return leave_out(file.path, file.name, unreadable(errno));
    return writer_.begin(entry, {});
  }

  Status add_file(const FoundFile& file) {
    const Descriptor opened = open_to_read(file.path);
    struct stat status {};
    if (opened.get() < 0 || fstat(opened.get(), &status) != 0)
      return leave_out(file.path, file.name, unreadable(errno));
    if (!S_ISREG(status.st_mode))
      return leave_out(file.path, file.name, {ErrorCode::io, "is no longer a file, left out"});
    const FileIdentity identity = identity_of(status);
    if (const auto first = linked_.find(identity); first != linked_.end()) {
      tar::Entry entry = entry_of(tar::kHardLink, file, status, -1);
      entry.target = first->second;
      return writer_.begin(entry, {});
    }
    if (status.st_nlink > 1) linked_.emplace(identity, file.name);
    const Layout layout = layout_of(opened.get(), status);
    std::uint64_t content_bytes = 0;
    for (const tar::Part& part : layout.parts) content_bytes += part.size;
    const std::uint64_t holes = static_cast<std::uint64_t>(status.st_size) - content_bytes;
    if (holes != 0) expect_less(holes);
    if (is_only_touched(file, opened.get(), status, layout)) {
      expect_less(header_bytes(status) + padded(content_bytes));
      return {};
    }
    tar::Entry entry = entry_of(tar::kFile, file, status, opened.get());
    entry.size = static_cast<std::uint64_t>(status.st_size);
    entry.sparse = layout.sparse;
    CZIP_TRY_ASSIGN(const auto copied, add_copy(entry, opened.get(), layout));
    if (copied) {
      expect_less(padded(content_bytes));
      return {};
    }
    CZIP_TRY(writer_.begin(entry, layout.parts));
    for (const tar::Part& part : layout.parts) CZIP_TRY(copy(opened.get(), file.path, part));
    CZIP_TRY(writer_.end());
    originals_.emplace(ContentKey(entry.size, writer_.member_hash()),
                       Original{file.path, file.name});
    report_change(opened.get(), file.path, status);
    return {};
  }

  // Adds a file as a copy of one that has the same content; false if there is none.
  Result<bool> add_copy(const tar::Entry& entry, int fd, const Layout& layout) {
    if (entry.size < kLeastCopy) return false;
    const auto like = sizes_.find(entry.size);
    const bool alone = like == sizes_.end() || like->second < 2;
    if (alone) return false;
    const auto hash = hash_of_file(fd, layout);
    if (!hash) return false;
    const auto [first, last] = originals_.equal_range(ContentKey(entry.size, *hash));
    for (auto original = first; original != last; ++original) {
      const Descriptor other = open_to_read(original->second.path);
      struct stat status {};
      if (other.get() < 0 || fstat(other.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
          static_cast<std::uint64_t>(status.st_size) != entry.size ||
          !same_bytes(fd, other.get(), entry.size))
        continue;
      tar::Entry link = entry;
      link.type = tar::kHardLink;
      link.target = original->second.name;
      link.copy = true;
      link.sparse = false;
      CZIP_TRY(writer_.copy(link, *hash));
      return true;
    }
    return false;
  }

  // Writes as many bytes as were announced, whatever there is to read.
  Status copy(int fd, const std::string& path, const tar::Part& part) {
    buffer_.resize(kReadStep);
    std::uint64_t done = 0;
    while (done < part.size) {
      const auto bytes = std::span(buffer_).first(
          static_cast<std::size_t>(std::min<std::uint64_t>(part.size - done, buffer_.size())));
      const ssize_t count = read_at(fd, bytes, part.offset + done);
      if (count < 0)
        report(path, system_error("cannot read all of it, filled up with zeros", errno));
      if (count <= 0) break;
      CZIP_TRY(writer_.content(bytes.first(static_cast<std::size_t>(count))));
      done += static_cast<std::uint64_t>(count);
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
    else if (!same_time(after.st_mtim, before.st_mtim))
      change = "changed while it was read";
    if (!change.empty()) report(path, {ErrorCode::io, change});
  }

  const PackRequest* request_;
  TarWriter writer_;
  Owners owners_;
  FoundTree tree_;
  std::vector<bool> unchanged_;                   // of tree_.files
  std::map<std::uint64_t, std::uint64_t> sizes_;  // how many files have each size
  std::multimap<ContentKey, Original> originals_;
  std::map<FileIdentity, std::string> linked_;  // names of files that have further names
  std::vector<Member> touched_;
  std::uint64_t expected_ = 0;  // bytes of the tar
  std::vector<std::uint8_t> buffer_;
  PackReport report_;
};

}  // namespace

Result<PackReport> pack(const PackRequest& request, ByteSink& out) {
  try {
    return Packer(request, out).run();
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory to pack an archive");
  }
}

}  // namespace czip::tool
