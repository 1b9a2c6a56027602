#include "llm/state_buffers.hpp"

#include <algorithm>

namespace czip::llm {

std::size_t StateBuffers::longest_input() const {
  const Config& c = config();
  return std::max({c.width, c.query_width(), c.feed_forward});
}

Status StateBuffers::allocate() {
  const Config& c = config();
  CZIP_TRY(residual.allocate(std::size_t{most_rows} * c.width));
  CZIP_TRY(inputs.allocate(most_rows * input_stride()));
  CZIP_TRY(scales.allocate(most_rows));
  CZIP_TRY(qkv.allocate(std::size_t{most_rows} * c.qkv_width()));
  CZIP_TRY(attention.allocate(std::size_t{most_rows} * c.query_width()));
  CZIP_TRY(hidden.allocate(std::size_t{most_rows} * c.feed_forward));
  CZIP_TRY(windows.allocate(std::size_t{streams} * c.layers * c.kv_heads * 2 * window_elements()));
  CZIP_TRY(positions.allocate(streams));
  CZIP_TRY(last_pass.allocate(streams));
  CZIP_TRY(active.allocate(most_rows));
  scratch.resize(threads);
  for (ThreadScratch& s : scratch) {
    CZIP_TRY(s.accumulators.allocate(2 * most_rows * kSliceOutputs));
    CZIP_TRY(s.logits.allocate(kSliceOutputs));
    CZIP_TRY(s.dense.allocate(simd::dense_scratch_elements(longest_input())));
    CZIP_TRY(s.scores.allocate(kHeadsAtOnce * score_stride()));
    CZIP_TRY(s.weights.allocate(kHeadsAtOnce * score_stride()));
  }
  return {};
}

std::size_t StateBuffers::begin_pass(std::span<const Row> rest) {
  ++pass;
  rows = 0;
  while (rows < rest.size() && rows < most_rows) {
    const Row& row = rest[rows];
    if (positions[row.stream] == window) {
      // Rows of the pass that came before this one still need the window as it is.
      if (last_pass[row.stream] == pass) break;
      move_window(row.stream);
    }
    last_pass[row.stream] = pass;
    active[rows++] = {row.stream, row.token, positions[row.stream]++};
  }
  return rows;
}

void StateBuffers::move_window(std::uint32_t stream) {
  const Config& c = config();
  if (c.rotary == 0) {
    positions[stream] = 0;
    return;
  }
  const std::uint32_t first = kept_slots(window, c.kept);
  const std::uint32_t by = moved_slots(window, c.kept);
  for (std::uint32_t layer = 0; layer < c.layers; ++layer)
    for (std::uint32_t head = 0; head < c.kv_heads; ++head)
      move_head(window_of(stream, layer, head), first, by);
  positions[stream] = window - by;
}

// Moves the slots from first + by on to `first`, and turns their keys back.
void StateBuffers::move_head(const KeyValueWindow& of_head, std::size_t first, std::size_t by) {
  const Config& c = config();
  const std::size_t n = c.head_size;
  const std::size_t half = c.rotary / 2;
  const std::int16_t* cosines = network->weights.rotary.data() + by * c.rotary;
  std::int16_t negated_sines[Limits::kHeadSize];
  for (std::size_t i = 0; i < half; ++i)
    negated_sines[i] = static_cast<std::int16_t>(-cosines[half + i]);
  std::int32_t key[Limits::kHeadSize];
  for (std::size_t slot = first; slot + by < window; ++slot) {
    for (std::size_t i = 0; i < n; ++i) {
      key[i] = of_head.keys[key_place(slot + by, i, n)];
      of_head.values[value_place(slot, i, n)] = of_head.values[value_place(slot + by, i, n)];
    }
    kernels().rotate(key, half, cosines, negated_sines);
    for (std::size_t i = 0; i < n; ++i)
      of_head.keys[key_place(slot, i, n)] = static_cast<std::int16_t>(clamp_to(key[i], kKeyBound));
  }
}

}  // namespace czip::llm
