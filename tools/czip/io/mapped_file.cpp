#include "io/mapped_file.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "io/streams.hpp"

namespace czip::tool {
namespace {

// Released at once; a multiple of every page size.
constexpr std::size_t kStep = std::size_t{4} << 20;

}  // namespace

MappedFile::MappedFile(std::span<const std::uint8_t> bytes, std::string_view name)
    : bytes_(bytes),
      fault_line_(bytes, "czip: " + printable(name) +
                             ": became shorter while it was read, or its disk fails; what was "
                             "begun is not kept\n") {}

Result<MappedFile> MappedFile::open(int fd, std::string_view name) {
  CZIP_TRY_ASSIGN(const auto size, FileRandomAccess(fd).size());
  if (size == 0) return MappedFile({}, name);
  if (size > std::numeric_limits<std::size_t>::max())
    return fail(ErrorCode::out_of_memory, "is too large for this machine");
  const auto length = static_cast<std::size_t>(size);
  void* const bytes = mmap(nullptr, length, PROT_READ, MAP_SHARED, fd, 0);
  if (bytes == MAP_FAILED) return system_failure("cannot map a file", errno);
  return MappedFile({static_cast<const std::uint8_t*>(bytes), length}, name);
}

MappedFile::~MappedFile() {
  // munmap takes a pointer to what it does not change.
  if (!bytes_.empty()) munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
}

void MappedFile::expect_all() const {
  // Advice: older systems refuse some of it, and file systems without huge pages all of that.
  void* const start = const_cast<std::uint8_t*>(bytes_.data());
  madvise(start, bytes_.size(), MADV_HUGEPAGE);
  madvise(start, bytes_.size(), MADV_WILLNEED);
}

void MappedFile::release_before(std::uint64_t offset) {
  const auto end =
      static_cast<std::size_t>(std::min<std::uint64_t>(offset, bytes_.size())) / kStep * kStep;
  if (end <= released_) return;
  madvise(const_cast<std::uint8_t*>(bytes_.data()) + released_, end - released_, MADV_DONTNEED);
  released_ = end;
}

}  // namespace czip::tool
