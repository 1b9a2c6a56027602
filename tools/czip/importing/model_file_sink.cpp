#include "importing/model_file_sink.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "base/errors.hpp"
#include "cli/progress.hpp"
#include "czip/base/error.hpp"
#include "io/mapped_file.hpp"
#include "io/staged_output.hpp"
#include "io/streams.hpp"

namespace czip::tool {

ModelFileSink::ModelFileSink(const StagedOutput& output, std::string label, bool wants_progress)
    : output_(&output),
      label_(std::move(label)),
      wants_progress_(wants_progress),
      file_(output.fd(), output.label()) {}

Status ModelFileSink::expect(std::uint64_t bytes) {
  bar_.emplace(label_, bytes, wants_progress_);
  // File systems that cannot take room beforehand tell when it is missing.
  if (fallocate(output_->fd(), FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes)) == 0) return {};
  if (errno != ENOSPC && errno != EDQUOT && errno != EFBIG) return {};
  return Failure(system_error(output_->label().file, errno, output_->label().no_room));
}

Status ModelFileSink::append(std::span<const std::uint8_t> bytes) {
  CZIP_TRY(file_.write(bytes));
  appended_ += bytes.size();
  if (bar_) bar_->update(appended_);
  return {};
}

Result<std::span<const std::uint8_t>> ModelFileSink::written() {
  bar_.reset();
  CZIP_TRY(file_.flush());
  CZIP_TRY_ASSIGN(auto map, MappedFile::open(output_->fd(), output_->label().file));
  map_.emplace(std::move(map));
  return map_->bytes();
}

Status ModelFileSink::overwrite(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
  map_.reset();
  return FileStore(output_->fd(), output_->label()).write_at(offset, bytes);
}

}  // namespace czip::tool
