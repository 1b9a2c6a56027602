// What texts cost by a czip-model-v1, token by token (czip/codec/scoring.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "czip/base/error.hpp"
#include "czip/codec/io/progress.hpp"
#include "czip/codec/scoring.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v1/model.hpp"
#include "czip/engine/simd.hpp"
#include "czip/engine/v1/dialect.hpp"

namespace czip::v1 {

struct ScoreOptions {
  std::optional<int> level{};  // as in EncodeOptions
  // Instead of a level: log2 of a file's context, at most what the model has.
  std::optional<std::uint32_t> context_log2{};
  SimdLevel simd = best_simd_level();
  Dialect dialect = Dialect::rust;
  CandidateOptions candidates{};
  Progress progress{};
  // Bytes that scoring may take, besides the model and the text; 0: no limit.
  std::uint64_t memory_limit = 0;
};

// Scores `text` as `encode` would code it. The costs of a chunk add up to its stream, but for at
// most 2 bytes: it ends with a bit of its own and a whole byte. Tokens have no decisions and no
// savings, and each block has some chunks. Errors: those of encode, and of `visit`.
Result<ScoreReport> score(const Model& model, std::span<const std::uint8_t> text,
                          const ScoreOptions& options, const ScoreVisitor& visit);

}  // namespace czip::v1
