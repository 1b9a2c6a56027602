// One decoding of a CZIPv1 file, by one dialect.
#pragma once

#include "czip/base/error.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/engine/v1/dialect.hpp"

namespace czip::v1 {

struct AttemptOptions {
  Dialect dialect = Dialect::rust;
  bool require_utf8 = false;  // give up where the text is not UTF-8
  unsigned threads = 0;
  SimdLevel simd = SimdLevel::scalar;
  Progress progress;
};

struct AttemptResult {
  Status status;
  // The error lies in what the network predicts: it can be damage, another model or another
  // dialect.
  bool misfit = false;
  bool text_is_utf8 = false;
  std::uint32_t chunk_tokens = 0;  // of the longest chunk
  CodingReport report;
};

// Reads `in` from where it stands to its end.
AttemptResult attempt_decode(const Model& model, ByteSource& in, ByteSink& out,
                             const AttemptOptions& options);

}  // namespace czip::v1
