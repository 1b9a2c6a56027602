// The units of queries and keys of a layer. The format has keys of 12 bits and a sign, which hold
// numbers up to 32 in the usual unit; keys of models with biases (Qwen2) may be hundreds. Keys of a
// rotated pair are then divided by a power of two, and their queries multiplied by it.
#pragma once

#include <cstdint>
#include <vector>

#include "czip/engine/llm/config.hpp"
#include "czip/import/dyadic.hpp"
#include "czip/import/network/factor.hpp"

namespace czip::importer {

// Of each output of queries or keys, as the format orders them: its bias, and the norm of its
// weights, which is the root mean square of what they give for a normalized residual.
struct OutputSizes {
  DyadicRow bias;  // mantissas of at most 30 bits
  std::vector<Dyadic> norms;
};

struct AttentionUnits {
  std::vector<std::uint8_t> key_shifts;  // by element of all key/value heads
  std::uint8_t query_shift = 0;          // all queries are divided by 2 to this

  // Of an element of all query heads: how far its queries are multiplied by a power of two.
  [[nodiscard]] int shift_of_query(const llm::Config& config, std::uint32_t element) const;
};

// The least shifts with which keys stay below the format's bound, and so do the queries that are
// multiplied, both up to six root mean squares beyond their bias. `query` and `key` are the usual
// units.
[[nodiscard]] AttentionUnits attention_units(const llm::Config& config, const OutputSizes& queries,
                                             const Factor& query, const OutputSizes& keys,
                                             const Factor& key);

}  // namespace czip::importer
