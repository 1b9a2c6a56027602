#include "io/file_content.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "czip/base/threads.hpp"
#include "io/mapped_file.hpp"

namespace czip::tool {
namespace {

// Those that exist.
struct Registry {
  Mutex mutex;
  std::vector<const Input*> inputs;
};

Registry& registry() {
  static Registry files;
  return files;
}

}  // namespace

struct FileContent::Mapped {
  Mapped(Input opened, MappedFile mapped) : input(std::move(opened)), map(std::move(mapped)) {
    const Lock lock(registry().mutex);
    registry().inputs.push_back(&input);
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  ~Mapped() {
    const Lock lock(registry().mutex);
    std::erase(registry().inputs, &input);
  }

  Input input;
  MappedFile map;
};

FileContent::FileContent() = default;
FileContent::FileContent(std::vector<std::uint8_t> bytes) : held_(std::move(bytes)) {}
FileContent::FileContent(FileContent&&) noexcept = default;
FileContent& FileContent::operator=(FileContent&&) noexcept = default;
FileContent::~FileContent() = default;

Result<FileContent> FileContent::of(Input input) {
  if (!input.is_regular() || !input.at_start() || input.announced.value_or(0) < kMappedBytes) {
    CZIP_TRY_ASSIGN(auto bytes, read_whole(input, kMappedBytes, "grew while it was read"));
    return FileContent(std::move(bytes));
  }
  CZIP_TRY_ASSIGN(auto map, MappedFile::open(input.file.get(), input.label()));
  map.expect_all();
  FileContent content;
  content.mapped_ = std::make_unique<const Mapped>(std::move(input), std::move(map));
  return content;
}

std::span<const std::uint8_t> FileContent::bytes() const {
  return mapped_ ? mapped_->map.bytes() : std::span<const std::uint8_t>(held_);
}

Status check_mapped_unchanged() {
  const Lock lock(registry().mutex);
  for (const Input* const input : registry().inputs) {
    const std::string change = describe_change(*input, *input->announced);
    if (!change.empty())
      return fail(ErrorCode::io, "is not kept, for " + printable(input->name) +
                                     " changed while it was used; do it again");
  }
  return {};
}

}  // namespace czip::tool
