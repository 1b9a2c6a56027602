// Decodes what was found of a damaged file.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/io/progress_sum.hpp"
#include "czip/codec/v2/salvage.hpp"
#include "v2/container/hashing.hpp"
#include "v2/container/record_decoder.hpp"
#include "v2/container/salvage_models.hpp"
#include "v2/container/salvage_plan.hpp"

namespace czip::v2 {

struct SalvageTask : DecodingTask {
  const SalvageStep* step = nullptr;
  std::uint32_t text_bytes = 0;  // of a block or compact frame
  bool missing = false;          // its model is
  bool failed = false;           // its text cannot be had

  // Also if it is lost.
  [[nodiscard]] std::uint64_t counted_bytes() const { return text_bytes; }
};

// Called by DecodingPipeline: damage is no error here.
Status decode_record(BlockCoder& coder, SalvageTask& task, const PassReport& report);

class SalvageDecoder {
 public:
  SalvageDecoder(const ModelFinder& models, RandomAccessSource& in, std::uint64_t file_bytes,
                 ByteSink& out, const SalvageOptions& options, const SalvagePlan& plan);

  // The report has the damaged parts that were seen only now, in any order.
  Result<SalvageReport> run();

 private:
  Result<bool> pull(SalvageTask& task);
  Status read_block(SalvageTask& task, const FilePart& part);
  // The next one of a part.
  Status read_compact(SalvageTask& task, const FilePart& part);
  Status find_model(SalvageTask& task, const ModelReference& reference);
  Result<ModelReference> model_of(std::uint32_t frame);
  Status read_at(std::uint64_t offset, std::span<std::uint8_t> bytes);
  Status commit(SalvageTask& task);
  Status give(const SalvageTask& task, const std::vector<std::uint8_t>& text);
  void begin_frame(std::uint32_t frame);
  // Compares the hash of the frame's text.
  Status end_frame(const PlannedFrame& frame);
  Status lose(std::optional<std::uint64_t> length);
  // Those that are due. They wait for the next text, since there may be none at all.
  Status write_zeros();

  SalvageModels models_;
  RandomAccessSource* in_;
  ByteSink* out_;
  const SalvageOptions* options_;
  const SalvagePlan* plan_;
  ProgressSum progress_;

  // Of pull().
  std::size_t next_ = 0;
  std::uint64_t compact_offset_ = 0;  // of the next compact frame of the next step
  std::uint32_t read_frame_ = kNone;
  ModelReference read_model_;

  // Of commit().
  std::uint64_t zeros_;  // that may still be written
  std::uint64_t due_zeros_ = 0;
  std::uint64_t max_failed_;
  std::uint64_t failed_ = 0;           // bytes of text that were decoded in vain
  std::atomic<bool> give_up_ = false;  // no more than these
  std::uint64_t written_ = 0;
  std::uint64_t text_offset_ = 0;
  TextHasher hasher_;
  std::uint32_t frame_ = kNone;
  TextHasher frame_hasher_;
  bool frame_intact_ = true;
  SalvageReport report_;
};

}  // namespace czip::v2
