// The number of a token in its tokenizer's vocabulary.
#pragma once

#include <cstddef>
#include <cstdint>

namespace czip {

using TokenId = std::uint32_t;

// Byte-pair merging starts from one token for each value of a byte.
inline constexpr std::size_t kByteValues = 256;

}  // namespace czip
