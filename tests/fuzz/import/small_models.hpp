// The parts of a very small language model in a GGUF file, as the bytes of an input change them:
// random bytes alone would hardly ever become one.
#pragma once

#include "fuzz/fuzz.hpp"
#include "support/bytes.hpp"

namespace czip::test {

// 16 elements, one layer, one head of 16, 260 tokens. Without input, it is right; each edit that
// the input has changes, removes or adds a pair or tensor, and at last bytes of the file.
[[nodiscard]] Bytes edited_gguf(FuzzInput& input);

// Positions that a model may have here: their angles take the most time of an import.
inline constexpr std::uint32_t kMostPositions = 256;

// Insists that the engine accepts what was imported; computes with it beyond a full window.
void check_imported(const Bytes& model);

}  // namespace czip::test
