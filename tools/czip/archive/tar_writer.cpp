#include "archive/tar_writer.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <span>
#include <system_error>
#include <utility>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "io/descriptor.hpp"

namespace czip::tool {
namespace {

namespace fs = std::filesystem;

struct FreeArchive {
  void operator()(archive* a) const { archive_write_free(a); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

Failure failed(const std::string& path, const char* what, int error) {
  return failure_in(path, system_error(what, error));
}

// The last part of a path after resolving it: "docs" for "docs/", ".", "../docs".
Result<std::string> root_name(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr),
                                                         &std::free);
  if (real == nullptr) return failed(path, "cannot open", errno);
  std::string name = fs::path(real.get()).filename();
  if (name.empty())
    return usage_error(printable(path) +
                       ": has no name to put into an archive; name what is in it");
  return name;
}

class TarWriter {
 public:
  TarWriter(const TarRequest& request, ByteSink& out)
      : request_(&request), out_(&out), archive_(archive_write_new()) {}

  Status run() {
    if (archive_ == nullptr) return fail(ErrorCode::out_of_memory, "not enough memory");
    archive_write_set_format_pax(archive_.get());
    archive_write_set_bytes_per_block(archive_.get(), 1 << 16);
    archive_write_set_bytes_in_last_block(archive_.get(), 1);
    if (archive_write_open2(archive_.get(), this, nullptr, &TarWriter::take, nullptr, nullptr) !=
        ARCHIVE_OK)
      return archive_error({});
    std::set<std::string> names;
    for (const std::string& root : request_->roots) {
      const auto name = root_name(root);
      CZIP_TRY(name);
      if (!names.insert(*name).second)
        return usage_error(printable(root) +
                           ": another input has that name too; rename one of them");
      CZIP_TRY(add(root, *name));
    }
    return archive_write_close(archive_.get()) == ARCHIVE_OK ? Status{} : archive_error({});
  }

 private:
  static la_ssize_t take(archive* a, void* self, const void* data, std::size_t size) {
    auto* const writer = static_cast<TarWriter*>(self);
    Status written = writer->out_->write({static_cast<const std::uint8_t*>(data), size});
    if (written) return static_cast<la_ssize_t>(size);
    archive_set_error(a, EIO, "output");
    writer->output_ = std::move(written);
    return -1;
  }

  Status archive_error(const std::string& path) {
    if (!output_) return output_;
    const char* const text = archive_error_string(archive_.get());
    const std::string message = text == nullptr ? "cannot be put into the archive" : text;
    return path.empty() ? fail(ErrorCode::io, message)
                        : failure_in(path, Error{ErrorCode::io, message});
  }

  // `name` is the path inside the archive.
  Status add(const std::string& path, const std::string& name) {
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0) return failed(path, "cannot open", errno);
    if (S_ISDIR(status.st_mode)) return add_folder(path, name, status);
    if (S_ISLNK(status.st_mode)) return add_link(path, name, status);
    if (S_ISREG(status.st_mode)) return add_file(path, name);
    request_->warn(path, "is no file, folder or symbolic link, left out");
    return {};
  }

  Status write_header(const std::string& path, const std::string& name, const struct stat& status,
                      const char* target = nullptr) {
    const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
    if (entry == nullptr) return fail(ErrorCode::out_of_memory, "not enough memory");
    archive_entry_copy_pathname(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), status.st_mode & S_IFMT);
    archive_entry_set_perm(entry.get(), status.st_mode & 0777);
    archive_entry_set_mtime(entry.get(), status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
    archive_entry_set_size(entry.get(), S_ISREG(status.st_mode) ? status.st_size : 0);
    if (target != nullptr) archive_entry_copy_symlink(entry.get(), target);
    // libarchive warns about names that are not UTF-8, and stores them unchanged.
    if (archive_write_header(archive_.get(), entry.get()) < ARCHIVE_WARN)
      return archive_error(path);
    return {};
  }

  Status add_folder(const std::string& path, const std::string& name, const struct stat& status) {
    CZIP_TRY(write_header(path, name + "/", status));
    std::error_code error;
    std::vector<std::string> children;
    for (fs::directory_iterator entry(path, error); !error && entry != fs::directory_iterator();
         entry.increment(error))
      children.push_back(entry->path().filename());
    if (error) return failed(path, "cannot read all of it", error.value());
    std::ranges::sort(children);
    for (const std::string& child : children) CZIP_TRY(add(path + "/" + child, name + "/" + child));
    return {};
  }

  Status add_link(const std::string& path, const std::string& name, const struct stat& status) {
    std::array<char, PATH_MAX> target{};
    const ssize_t size = readlink(path.c_str(), target.data(), target.size() - 1);
    if (size < 0) return failed(path, "cannot read", errno);
    return write_header(path, name, status, target.data());
  }

  Status add_file(const std::string& path, const std::string& name) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY));
    if (file.get() < 0) return failed(path, "cannot open", errno);
    struct stat status {};
    if (fstat(file.get(), &status) != 0) return failed(path, "cannot open", errno);
    const auto is_this = [&](const struct stat& skipped) {
      return status.st_dev == skipped.st_dev && status.st_ino == skipped.st_ino;
    };
    if (std::ranges::any_of(request_->skipped, is_this)) return {};
    CZIP_TRY(write_header(path, name, status));
    return copy_content(file.get(), path, static_cast<std::uint64_t>(status.st_size));
  }

  Status copy_content(int fd, const std::string& path, std::uint64_t size) {
    buffer_.resize(std::size_t{1} << 18);
    while (size > 0) {
      const std::size_t step = std::min<std::uint64_t>(size, buffer_.size());
      const auto n = read_some(fd, std::span(buffer_).first(step));
      if (!n) return failure_in(path, n.error());
      if (*n == 0)
        return failure_in(path,
                          Error{ErrorCode::io, "became shorter while it was read; try again"});
      const la_ssize_t written = archive_write_data(archive_.get(), buffer_.data(), *n);
      if (written < 0 || static_cast<std::size_t>(written) != *n) return archive_error(path);
      size -= *n;
    }
    return {};
  }

  const TarRequest* request_;
  ByteSink* out_;
  Status output_;  // the failure of `out_`, which libarchive cannot carry
  std::unique_ptr<archive, FreeArchive> archive_;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace

Status write_tar(const TarRequest& request, ByteSink& out) {
  try {
    return TarWriter(request, out).run();
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory");
  }
}

}  // namespace czip::tool
