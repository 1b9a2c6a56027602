// Codes one block of text to one payload, independently of every other block.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/czip_v2.hpp"
#include "czip/codec/model_v2.hpp"
#include "czip/engine/simd.hpp"

namespace czip::v2 {

// How the predictor works on a block; recorded in the file, for the decoder must do the same.
struct BlockSettings {
  std::uint8_t profile = 1;       // 0 fast, 1 normal, 2 finest: which contexts take part
  std::uint8_t streams_log2 = 0;  // lockstep streams for the network: 1 << streams_log2, at most 64
  bool network = false;           // needs a model that has one
};

inline constexpr std::uint8_t kMaxProfile = 2;
inline constexpr std::uint8_t kMaxStreamsLog2 = 6;

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
