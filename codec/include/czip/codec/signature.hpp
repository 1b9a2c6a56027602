// One number over everything that decides a coded bit. It is the same on every machine, for every
// compiler and SIMD level; where it differs, files that this build writes cannot be trusted.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/engine/simd.hpp"
#include "czip/engine/v1/weights.hpp"

namespace czip {

// What engine_signature() must give. It changes only with the formats, never with a machine.
inline constexpr std::uint64_t kEngineSignature = 0x9cc532da3c37ca74;

struct EngineSignature {
  struct Part {
    std::string_view name;
    std::uint64_t hash;
  };
  std::uint64_t value = 0;  // the hash of the parts' hashes
  std::vector<Part> parts;  // for people: which part differs

  [[nodiscard]] bool good() const { return value == kEngineSignature; }
};

// Computes integer functions, the forward passes of all networks, tokenizers of public language
// models, mixers, coders, predictors and containers with models and texts from a seeded generator.
// What it encodes, it decodes. Takes about a second at the scalar level. Of v1 it leaves out the
// tokenizer's pattern and the outer codecs, which are other libraries'. Errors: internal (something
// does not decode to what was encoded), out_of_memory, invalid_argument (a level that this machine
// does not have).
Result<EngineSignature> engine_signature(SimdLevel level);

// The v1 network of the signature, for tests of what codes with it: 300 tokens, 300 positions.
[[nodiscard]] v1::Weights signature_network_v1();

}  // namespace czip
