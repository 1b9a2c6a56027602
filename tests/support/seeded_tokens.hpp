// Tokens at random, the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/splitmix64.hpp"

namespace czip::test {

// Those of a stream, each of which has a text of its own.
[[nodiscard]] inline std::vector<std::uint32_t> seeded_tokens(std::uint32_t stream,
                                                              std::uint32_t vocabulary,
                                                              std::size_t count) {
  SplitMix64 random(stream + 100);
  std::vector<std::uint32_t> tokens(count);
  for (std::uint32_t& token : tokens)
    token = static_cast<std::uint32_t>(random.between(0, static_cast<int>(vocabulary) - 1));
  return tokens;
}

}  // namespace czip::test
