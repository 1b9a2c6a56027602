// Decodes the records of a CZIPv2 file and checks their hashes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/codec.hpp"
#include "v2/container/frame_reader.hpp"
#include "v2/container/pass_progress.hpp"

namespace czip::v2 {

// Asks the finder for each frame's model, once for frames in a row that have the same.
class ModelCache {
 public:
  explicit ModelCache(const ModelFinder& finder) : finder_(&finder) {}
  // nullopt: the record is not coded and needs none.
  Result<std::optional<Model>> model_for(const Record& record, const ModelReference& reference);

 private:
  const ModelFinder* finder_;
  ModelReference reference_;
  std::optional<Model> model_;
};

// A record on its way through the pipeline.
struct DecodingTask {
  Record record;
  std::optional<Model> model;
  std::vector<std::uint8_t> text;
  bool keep_tokens = false;     // whether decoding fills `tokens`
  std::vector<TokenId> tokens;  // of what is coded: the text, or its pattern

  // Bytes for which it counts in the progress.
  [[nodiscard]] std::uint64_t counted_bytes() const {
    return record.kind == RecordKind::frame_end ? 0 : record.text_bytes();
  }
};

// Whether an error is of the file's bytes.
[[nodiscard]] bool is_damage(const Error& error);

// Decodes and checks the text of a block or compact frame, and frees its payload; does nothing for
// a frame's end. Errors name the place in the file; those of `report` are among them.
Status decode_record(BlockCoder& coder, DecodingTask& task, const PassReport& report);

}  // namespace czip::v2
