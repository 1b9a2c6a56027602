// Codes one block of text to one payload, independently of every other block.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/coding/block_settings.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/engine/simd.hpp"

namespace czip::v2 {

struct CodedBlock {
  std::vector<std::uint8_t> payload;
  std::uint32_t final_range = 0;  // the arithmetic coder's range after the last decision
};

// The same payload at every SIMD level. Memory: at most some 150 MB for the largest block, and in
// proportion to the text for small ones.
Result<CodedBlock> encode_block(const Model& model, const BlockSettings& settings, SimdLevel simd,
                                std::span<const std::uint8_t> text);

// A range that no coder ends in: the file does not say the range, so it is not checked.
inline constexpr std::uint32_t kUnknownRange = 0;

// Decodes exactly `text.size()` bytes and checks that the coder ended in `final_range`, unless that
// is kUnknownRange, and used the whole payload. Errors: corrupt, out_of_memory.
Status decode_block(const Model& model, const BlockSettings& settings, SimdLevel simd,
                    std::span<const std::uint8_t> payload, std::uint32_t final_range,
                    std::span<std::uint8_t> text);

}  // namespace czip::v2
