// What texts and CZIPv2 files cost by a model, token by token (czip/codec/scoring.hpp).
#pragma once

#include <cstdint>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/io/progress.hpp"
#include "czip/codec/scoring.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/engine/simd.hpp"

namespace czip::v2 {

struct ScoreOptions {
  int level = kDefaultLevel;      // of a text; a file says how it was coded
  std::uint32_t block_bytes = 0;  // as in EncodeOptions; of a text
  SimdLevel simd = best_simd_level();
  // Of scoring by a language model; all else has one. 0: as many as cores.
  unsigned threads = 0;
  bool savings = false;  // the parts' savings of each token, too
  CandidateOptions candidates{};
  Progress progress{};
  // Bytes that scoring may take, besides the model's file; 0: no limit.
  std::uint64_t memory_limit = 0;
};

// Scores the rest of `text` as `encode` would code it at that level: the same blocks, profile,
// network and streams, with the model's language model if it has one and the level uses it. The
// costs of a block add up to its payload, but for at most 8 bytes. Unlike `encode`, it stores no
// block that does not shrink and looks for no repeated pattern: the costs are what the model makes
// of every text. Errors: those of encode, and of `visit`.
Result<ScoreReport> score(const Model& model, ByteSource& text, const ScoreOptions& options,
                          const ScoreVisitor& visit);

// Decodes and checks a file, as `decode` does, and scores every block as it was coded: the costs
// are those of the file's payloads. Errors: those of decode, and of `visit`.
Result<ScoreReport> score_file(const ModelFinder& models, ByteSource& in,
                               const ScoreOptions& options, const ScoreVisitor& visit);

}  // namespace czip::v2
