// The shape of a czip-llm-v1 network: tensor "llm.config".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "czip/engine/llm/constants.hpp"

namespace czip::llm {

// The fields in the order of the tensor, after kFormatVersion; epsilon is its last two.
struct Config {
  std::uint32_t vocabulary = 0;    // V
  std::uint32_t width = 0;         // D
  std::uint32_t layers = 0;        // L
  std::uint32_t heads = 0;         // H, a multiple of kv_heads
  std::uint32_t kv_heads = 0;      // G
  std::uint32_t head_size = 0;     // E
  std::uint32_t feed_forward = 0;  // F
  std::uint32_t context = 0;       // C: positions
  std::uint32_t kept = 0;          // first tokens that stay when a window moves
  std::uint32_t rotary = 0;        // R: rotated elements of a head; 0: learned positions
  std::uint32_t gated = 0;         // 1: `up` has gates
  std::uint32_t block = 1;         // of the Hadamard transform before `down`
  std::uint32_t biases = 0;        // kQkvBias | ...
  std::uint64_t epsilon = 0;       // of the sum of squares of a residual

  bool operator==(const Config&) const = default;

  // Widths of the queries of a token, of its keys, and of its queries, keys and values.
  [[nodiscard]] std::uint32_t query_width() const { return heads * head_size; }
  [[nodiscard]] std::uint32_t key_width() const { return kv_heads * head_size; }
  [[nodiscard]] std::uint32_t qkv_width() const { return query_width() + 2 * key_width(); }
  [[nodiscard]] std::uint32_t up_width() const {
    return gated != 0 ? 2 * feed_forward : feed_forward;
  }
};

// The elements of the tensor.
[[nodiscard]] constexpr std::array<std::uint32_t, kConfigFields> config_fields(const Config& c) {
  return {kFormatVersion,
          c.vocabulary,
          c.width,
          c.layers,
          c.heads,
          c.kv_heads,
          c.head_size,
          c.feed_forward,
          c.context,
          c.kept,
          c.rotary,
          c.gated,
          c.block,
          c.biases,
          static_cast<std::uint32_t>(c.epsilon),
          static_cast<std::uint32_t>(c.epsilon >> 32)};
}

// The byte of weight [output, input], plus kWeightOffset, in the tiles of a matrix.
[[nodiscard]] constexpr std::size_t tile_place(std::size_t output, std::size_t input,
                                               std::size_t inputs) {
  return output / kTileOutputs * kTileOutputs * inputs +
         input / kTileInputs * kTileInputs * kTileOutputs + output % kTileOutputs * kTileInputs +
         input % kTileInputs;
}
[[nodiscard]] constexpr std::size_t tiled_outputs(std::size_t outputs) {
  return (outputs + kTileOutputs - 1) / kTileOutputs * kTileOutputs;
}

}  // namespace czip::llm
