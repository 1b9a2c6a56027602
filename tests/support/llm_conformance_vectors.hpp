// The files of conformance/llm: two small models of random weights, and what they compute.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "czip/engine/llm/state.hpp"
#include "support/bytes.hpp"
#include "support/v2_stages.hpp"

namespace czip::test {

inline constexpr const char* kLlmStageVectors = "llm/stages.json";

struct LlmModelFile {
  std::string name;  // in conformance/
  Bytes file;
};
// One gated, with rotary positions; one ungated, with learned positions and all biases. Each has a
// tokenizer of another kind.
[[nodiscard]] std::vector<LlmModelFile> llm_model_files();

// The rows that the stages are of: two streams, one of them beyond its window.
inline constexpr std::uint32_t kLlmWindow = 16;
[[nodiscard]] std::vector<llm::Row> llm_rows(std::uint32_t vocabulary);

// Of both files: an array of objects with model, window, ids, text and tokens, computed in plain
// steps.
[[nodiscard]] Json llm_stage_vectors();

// XXH3-64 of the logits of a row as little-endian 32-bit integers, and of its cumulative
// frequencies, as 64-bit ones, without the 0 at the beginning.
[[nodiscard]] std::string hash_of_logits(std::span<const std::int32_t> logits);
[[nodiscard]] std::string hash_of_frequencies(std::span<const std::uint64_t> cumulative);

}  // namespace czip::test
