// A language model with what its kernels need beside the file's tensors.
#pragma once

#include "czip/engine/llm/network.hpp"
#include "llm/kernels.hpp"
#include "simd/dense.hpp"
#include "simd/kernel_set.hpp"

namespace czip::llm {

// The kernels take the file's tiles as they are.
static_assert(kTileOutputs == simd::kFileTileOutputs && kTileInputs == simd::kFileTileInputs &&
              kWeightOffset == simd::kFileOffset);

struct PreparedNetwork {
  Weights weights;
  WideExp2 exp2{};
  const simd::KernelSet* kernels = nullptr;
};

// Slots of a window, padded to whole tiles of keys.
[[nodiscard]] constexpr std::size_t padded_slots(std::size_t window) {
  return (window + kKeyTile - 1) / kKeyTile * kKeyTile;
}

}  // namespace czip::llm
