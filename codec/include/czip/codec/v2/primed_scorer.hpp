// Conditional code lengths: what texts cost after another text, for classification and distances
// between texts (Cilibrasi and Vitanyi 2005, "Clustering by Compression").
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "czip/base/error.hpp"
#include "czip/codec/io/pass_report.hpp"
#include "czip/codec/scoring.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/engine/simd.hpp"

namespace czip::v2 {

struct PrimedOptions {
  int level = kDefaultLevel;  // its profile; the network takes no part
  // The longest text that will be scored: the tables have room for it. Longer ones are scored, too,
  // but push more of the context out.
  std::uint64_t text_bytes = 0;
  // Bytes that it may take, besides the model's file; 0: no limit.
  std::uint64_t memory_limit = 0;
};

// What a scorer takes for a context and texts of that many bytes at most.
[[nodiscard]] std::uint64_t primed_bytes(std::uint64_t context_bytes, std::uint64_t text_bytes);

// A predictor that has learned a context. Texts are scored behind it, one after another, and what
// the predictor learns of each is undone before the next. For a text that is short to its context,
// the scorer remembers what each line of the tables held that the text changes, some 1,000 bytes
// for each of its bytes; for a longer one, all tables, which have some 500 bytes for each byte of
// context and text, at most 97 MB.
class PrimedScorer {
 public:
  explicit PrimedScorer(SimdLevel simd = best_simd_level());
  PrimedScorer(PrimedScorer&&) noexcept;
  PrimedScorer& operator=(PrimedScorer&&) noexcept;
  ~PrimedScorer();

  // Learns a context, at most kMaxBlockBytes with the longest text, in place of an earlier one; the
  // report says what it costs by itself. Errors: invalid_argument, over_limit, out_of_memory,
  // and those of `progress`; after one, there is no context.
  Result<ScoreReport> prime(const Model& model, std::span<const std::uint8_t> context,
                            const PrimedOptions& options, const PassReport& progress = {});
  // What `text` costs behind the context. The cost of a text and its context together is that of
  // both, up to what the tokens lose where the texts meet. Errors: invalid_argument (there is no
  // context, or both are too long), out_of_memory, and those of `progress`.
  Result<ScoreReport> score(std::span<const std::uint8_t> text, const PassReport& progress = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace czip::v2
