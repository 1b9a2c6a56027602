// The test vectors of conformance/v1: how they are computed, for the test and for the program that
// writes them.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "czip/codec/v1/model.hpp"
#include "czip/engine/simd.hpp"
#include "czip/engine/v1/dialect.hpp"

namespace czip::test {

inline constexpr const char* kConformanceInputs[] = {"english.txt", "bytes.bin", "repeated.txt",
                                                     "empty.txt"};

// A vector as in vectors.json: {input, level, dialect, tokens, tokens_xxh3, logits_xxh3,
// frequencies_xxh3, payload_xxh3}. Hashes are 16 hex digits.
[[nodiscard]] nlohmann::json compute_vector(const v1::Model& model, const std::string& input,
                                            const std::vector<std::uint8_t>& text, int level,
                                            v1::Dialect dialect, SimdLevel simd);

}  // namespace czip::test
