// The memory of a State, and the rows that it computes together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "czip/engine/llm/state.hpp"
#include "llm/prepared_network.hpp"
#include "llm/team.hpp"
#include "simd/matrix.hpp"

namespace czip::llm {

// What one thread works with.
struct ThreadScratch {
  AlignedBuffer<std::int32_t> accumulators;  // [rows, kSliceOutputs], twice: gates and `up`
  AlignedBuffer<std::int32_t> logits;        // [kSliceOutputs]
  AlignedBuffer<std::int16_t> dense;
  AlignedBuffer<std::int32_t> scores;   // [kHeadsAtOnce, score_stride]
  AlignedBuffer<std::int16_t> weights;  // likewise
};

// Outputs that a thread computes at a time: their sums stay in the cache.
inline constexpr std::size_t kSliceOutputs = 128;

// A row that is being computed.
struct ActiveRow {
  std::uint32_t stream;
  std::uint32_t token;
  std::uint32_t position;
};

// Shapes: N rows at a time, others as in Config.
struct StateBuffers {
  const PreparedNetwork* network = nullptr;
  std::uint32_t streams = 0;
  std::uint32_t window = 0;
  std::uint32_t most_rows = 0;
  unsigned threads = 1;

  AlignedBuffer<std::int32_t> residual;    // [N, D]
  AlignedBuffer<std::int8_t> inputs;       // [N, input_stride]: of the next product
  AlignedBuffer<VectorScale> scales;       // [N]: theirs
  AlignedBuffer<std::int32_t> qkv;         // [N, qkv_width]
  AlignedBuffer<std::int32_t> attention;   // [N, H * E]
  AlignedBuffer<std::int32_t> hidden;      // [N, F]
  AlignedBuffer<std::int16_t> windows;     // [streams, L, G, keys then values]
  AlignedBuffer<std::uint32_t> positions;  // [streams]
  AlignedBuffer<std::uint32_t> last_pass;  // [streams]: the last pass with a row of the stream
  AlignedBuffer<ActiveRow> active;         // [N]
  std::vector<ThreadScratch> scratch;
  std::size_t rows = 0;    // of this pass
  std::uint32_t pass = 0;  // its number

  [[nodiscard]] const Config& config() const { return network->weights.config; }
  [[nodiscard]] const Kernels& kernels() const { return network->kernels->llm_network; }
  [[nodiscard]] const simd::DenseKernels& dense() const { return network->kernels->file_dense; }
  [[nodiscard]] std::size_t longest_input() const;
  [[nodiscard]] std::size_t input_stride() const {
    return simd::activation_stride(longest_input());
  }
  [[nodiscard]] std::size_t score_stride() const { return window + simd::kRowPadding; }
  [[nodiscard]] std::size_t window_elements() const {
    return padded_slots(window) * config().head_size;
  }
  [[nodiscard]] KeyValueWindow window_of(std::size_t stream, std::size_t layer,
                                         std::size_t kv_head) {
    const Config& c = config();
    std::int16_t* keys = windows.data() + ((stream * c.layers + layer) * c.kv_heads + kv_head) * 2 *
                                              window_elements();
    return {keys, keys + window_elements(), c.head_size};
  }

  Status allocate();
  // Takes the first rows of `rest` that can be computed together; returns their number. Moves the
  // windows that are full.
  std::size_t begin_pass(std::span<const Row> rest);
  void move_window(std::uint32_t stream);
  void move_head(const KeyValueWindow& of_head, std::size_t first, std::size_t by);
};

}  // namespace czip::llm
