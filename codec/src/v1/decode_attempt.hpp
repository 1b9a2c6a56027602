// One decoding of a CZIPv1 file, by one dialect.
#pragma once

#include "czip/base/error.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/engine/v1/dialect.hpp"
#include "v1/context_state.hpp"

namespace czip::v1 {

struct AttemptOptions {
  Dialect dialect = Dialect::rust;
  bool require_utf8 = false;  // give up where the text is not UTF-8
  unsigned threads = 0;
  SimdLevel simd = SimdLevel::scalar;
  Progress progress;
  std::uint64_t memory_limit = 0;
};

// The result of an attempt.
struct DecodeAttempt {
  Status status;
  // `status` is an error in what the network predicts: the file is damaged, or was written with
  // another model or dialect.
  bool prediction_error = false;
  bool text_is_utf8 = false;
  std::uint32_t longest_chunk = 0;  // in tokens
  CodingReport report;
};

// Reads `in` from where it stands to its end.
DecodeAttempt attempt_decode(ContextState& context, ByteSource& in, ByteSink& out,
                             const AttemptOptions& options);

}  // namespace czip::v1
