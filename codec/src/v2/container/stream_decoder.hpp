// Decodes a CZIPv2 file from front to back, checks everything, and hands on the text of its blocks.
#pragma once

#include <cstdint>
#include <functional>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/io/progress_sum.hpp"
#include "czip/codec/v2/codec.hpp"
#include "v2/container/frame_reader.hpp"
#include "v2/container/hashing.hpp"
#include "v2/container/record_decoder.hpp"

namespace czip::v2 {

// Gets each block or compact frame, in order, with its text, whose hash was found right. An error
// ends the decoding.
using TakeBlock = std::function<Status(const DecodingTask& block)>;

class StreamDecoder {
 public:
  StreamDecoder(const ModelFinder& finder, ByteSource& in, const DecodeOptions& options,
                TakeBlock take);

  // Has blocks come with the tokens that were coded.
  void keep_tokens() { keep_tokens_ = true; }
  Status run(CodingContext& context);
  // All but the time.
  [[nodiscard]] CodingReport report() const;

 private:
  Result<bool> pull(DecodingTask& task);
  Status commit(DecodingTask& task);
  Status finish_frame(const Record& record);

  ModelCache models_;
  FrameReader reader_;
  const DecodeOptions* options_;
  ProgressSum progress_;
  TakeBlock take_;
  bool keep_tokens_ = false;
  TextHasher frame_hasher_;
  TextHasher whole_hasher_;
  CodingReport report_;
};

}  // namespace czip::v2
