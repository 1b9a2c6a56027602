#include "archive/tar_reader.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "io/descriptor.hpp"

namespace czip::tool {
namespace {

struct FreeArchive {
  void operator()(archive* a) const { archive_read_free(a); }
};

constexpr mode_t kPrivateFolder = 0700;

Failure refused(const std::string& path, const char* why) {
  return fail(ErrorCode::corrupt, "the archive holds " + printable(path) + ", " + why);
}

Failure failed(const std::string& path, int error) {
  return system_failure("cannot create " + printable(path), error);
}

// The parts of a path; nullopt: the path leaves its folder.
std::optional<std::vector<std::string>> parts_of(std::string_view path) {
  if (path.empty() || path.front() == '/') return std::nullopt;
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (part == "..") return std::nullopt;
    if (!part.empty() && part != ".") parts.emplace_back(part);
  }
  if (parts.empty()) return std::nullopt;
  return parts;
}

class TarReader {
 public:
  TarReader(const UnpackRequest& request, ByteSource& in)
      : request_(&request), in_(&in), buffer_(std::size_t{1} << 18), archive_(archive_read_new()) {}

  Result<Unpacked> run() {
    if (archive_ == nullptr) return fail(ErrorCode::out_of_memory, "not enough memory");
    archive_read_support_format_tar(archive_.get());
    archive_read_set_option(archive_.get(), "tar", "read_concatenated_archives", "1");
    if (archive_read_open(archive_.get(), this, nullptr, &TarReader::give, nullptr) != ARCHIVE_OK)
      return archive_error();
    for (archive_entry* entry = nullptr;;) {
      const int found = archive_read_next_header(archive_.get(), &entry);
      if (found == ARCHIVE_EOF) break;
      if (found < ARCHIVE_WARN) return archive_error();
      CZIP_TRY(unpack(entry));
    }
    CZIP_TRY(drain());
    CZIP_TRY(make_links());
    return std::move(result_);
  }

 private:
  struct Link {
    std::string path;
    std::string target;
    std::timespec modified{};
  };

  static la_ssize_t give(archive* a, void* self, const void** data) {
    auto* const reader = static_cast<TarReader*>(self);
    const auto count = reader->in_->read(reader->buffer_);
    if (count) {
      *data = reader->buffer_.data();
      return static_cast<la_ssize_t>(*count);
    }
    archive_set_error(a, EIO, "input");
    reader->input_ = error_of(count);
    return -1;
  }

  Failure archive_error() const {
    if (!input_) return error_of(input_);
    const char* const text = archive_error_string(archive_.get());
    return fail(ErrorCode::corrupt,
                "the tar inside is damaged: " + printable(text == nullptr ? "no reason" : text));
  }

  Status unpack(archive_entry* entry) {
    const char* const name = archive_entry_pathname(entry);
    const std::string path = name == nullptr ? "" : name;
    const auto parts = parts_of(path);
    if (!parts) return refused(path, "which does not stay in its folder");
    if (archive_entry_hardlink(entry) != nullptr)
      return refused(path, "a hard link, which czip does not write");
    CZIP_TRY(request_->may_go_on());
    CZIP_TRY(open_folders(*parts));
    const std::string clean = joined(*parts, parts->size());
    const std::timespec modified{archive_entry_mtime(entry), archive_entry_mtime_nsec(entry)};
    const mode_t mode = archive_entry_perm(entry) & 0777;
    switch (archive_entry_filetype(entry)) {
      case AE_IFREG:
        return unpack_file(clean, mode, modified);
      case AE_IFDIR:
        return unpack_folder({clean, mode, modified});
      case AE_IFLNK: {
        const char* const target = archive_entry_symlink(entry);
        links_.push_back({clean, target == nullptr ? "" : target, modified});
        return {};
      }
      default:
        return refused(path, "which is no file, folder or symbolic link");
    }
  }

  static std::string joined(const std::vector<std::string>& parts, std::size_t count) {
    std::string path;
    for (std::size_t i = 0; i < count; ++i) path += (i == 0 ? "" : "/") + parts[i];
    return path;
  }

  // Creates the folders above an entry. Links are created last, so every path stays inside.
  Status open_folders(const std::vector<std::string>& parts) {
    if (tops_.insert(parts.front()).second) {
      CZIP_TRY(request_->may_create(parts.front()));
      result_.names.push_back(parts.front());
    }
    for (std::size_t count = 1; count < parts.size(); ++count) {
      const std::string folder = joined(parts, count);
      if (mkdirat(request_->folder, folder.c_str(), kPrivateFolder) != 0 && errno != EEXIST)
        return failed(folder, errno);
    }
    return {};
  }

  Status unpack_folder(UnpackedFolder folder) {
    if (mkdirat(request_->folder, folder.path.c_str(), kPrivateFolder) != 0) {
      // It may have been created for an entry in it; a second entry for it is refused.
      struct stat status {};
      if (errno != EEXIST) return failed(folder.path, errno);
      if (fstatat(request_->folder, folder.path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
          !S_ISDIR(status.st_mode))
        return refused(folder.path, "twice");
    }
    result_.folders.push_back(std::move(folder));
    return {};
  }

  Status unpack_file(const std::string& path, mode_t mode, const std::timespec& modified) {
    const Descriptor file(openat(request_->folder, path.c_str(),
                                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file.get() < 0) return errno == EEXIST ? refused(path, "twice") : failed(path, errno);
    CZIP_TRY(copy_content(file.get(), path));
    const std::array<std::timespec, 2> times{modified, modified};
    if (fchmod(file.get(), mode) != 0 || futimens(file.get(), times.data()) != 0)
      return failed(path, errno);
    return {};
  }

  // Seeking over the holes of a sparse file fills them with zeros.
  Status copy_content(int fd, const std::string& path) {
    for (;;) {
      const void* data = nullptr;
      std::size_t size = 0;
      la_int64_t offset = 0;
      const int found = archive_read_data_block(archive_.get(), &data, &size, &offset);
      if (found == ARCHIVE_EOF) return {};
      if (found < ARCHIVE_WARN) return archive_error();
      CZIP_TRY(request_->may_go_on());
      if (lseek(fd, offset, SEEK_SET) < 0) return failed(path, errno);
      const auto* bytes = static_cast<const std::uint8_t*>(data);
      CZIP_TRY(write_all(fd, {bytes, size}, path));
    }
  }

  // Reads on to the end of the input, so that all of it is decoded and checked.
  Status drain() {
    for (;;) {
      CZIP_TRY_ASSIGN(const auto count, in_->read(buffer_));
      if (count == 0) return {};
    }
  }

  Status make_links() {
    for (const Link& link : links_) {
      if (symlinkat(link.target.c_str(), request_->folder, link.path.c_str()) != 0)
        return errno == EEXIST ? refused(link.path, "twice") : failed(link.path, errno);
      const std::array<std::timespec, 2> times{link.modified, link.modified};
      // Not every file system keeps times of links; they do not matter.
      utimensat(request_->folder, link.path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW);
    }
    return {};
  }

  const UnpackRequest* request_;
  ByteSource* in_;
  std::vector<std::uint8_t> buffer_;
  Status input_;  // the failure of `in_`, which libarchive cannot carry
  std::unique_ptr<archive, FreeArchive> archive_;
  std::set<std::string> tops_;
  std::vector<Link> links_;
  Unpacked result_;
};

}  // namespace

Result<Unpacked> unpack_tar(const UnpackRequest& request, ByteSource& in) {
  return TarReader(request, in).run();
}

}  // namespace czip::tool
