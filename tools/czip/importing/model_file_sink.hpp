// Where an imported model is written: a file that appears when it is complete.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "cli/progress.hpp"
#include "czip/base/error.hpp"
#include "czip/import/network/model_sink.hpp"
#include "io/mapped_file.hpp"
#include "io/staged_output.hpp"
#include "io/streams.hpp"

namespace czip::tool {

class ModelFileSink final : public importer::ModelSink {
 public:
  // Refers to the output. `label` is that of the progress bar.
  ModelFileSink(const StagedOutput& output, std::string label, bool wants_progress);

  // Bytes of the file so far.
  [[nodiscard]] std::uint64_t bytes() const { return appended_; }

  // Also takes the room, so that a full disk is known at once.
  Status expect(std::uint64_t bytes) override;
  Status append(std::span<const std::uint8_t> bytes) override;
  Result<std::span<const std::uint8_t>> written() override;
  Status overwrite(std::uint64_t offset, std::span<const std::uint8_t> bytes) override;

 private:
  const StagedOutput* output_;
  std::string label_;
  bool wants_progress_;
  FileSink file_;
  std::uint64_t appended_ = 0;
  std::optional<ProgressBar> bar_;
  std::optional<MappedFile> map_;
};

}  // namespace czip::tool
