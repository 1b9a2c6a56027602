// From a record of a CZIPv2 file to its text, with every hash checked.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/codec.hpp"
#include "v2/container/frame_reader.hpp"

namespace czip::v2 {

// The model for each frame, asked for once in a row.
class ModelCache {
 public:
  explicit ModelCache(const ModelFinder& finder) : finder_(&finder) {}
  // None: the record is not coded.
  Result<std::optional<Model>> model_for(const Record& record, const FrameReader& reader);

 private:
  const ModelFinder* finder_;
  ModelReference reference_;
  std::optional<Model> model_;
};

// A block or compact frame on its way through the pipeline.
struct DecodingTask {
  Record record;
  std::optional<Model> model;
  std::vector<std::uint8_t> text;
};

// Makes the text of a block or compact frame, and gives up the payload. Errors name the place.
Status decode_record(DecodingTask& task, SimdLevel simd);

}  // namespace czip::v2
