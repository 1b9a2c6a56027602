// One pass of some rows through all layers, in the order of conformance/czip-network-llm.md,
// section 3. Each step is divided among the threads: by rows where a row's numbers depend on each
// other, else by outputs.
#pragma once

#include <cstddef>
#include <cstdint>

#include "llm/state_buffers.hpp"

namespace czip::llm {

class ForwardPass {
 public:
  ForwardPass(StateBuffers& buffers, Team& team) : b_(buffers), team_(team) {}

  // Computes the rows that begin_pass took: their logits [rows, V] unless null.
  void run(std::int32_t* logits);

 private:
  void embed();
  void normalize();
  void attention_block(std::size_t layer);
  void place_row(std::size_t layer, std::size_t row);
  void attend(std::size_t layer, std::size_t row, std::size_t kv_head, ThreadScratch& scratch);
  void quantize_row(const std::int32_t* x, std::size_t n, std::size_t row, int shift);
  void feed_forward_block(const Layer& layer);
  void transform_row(std::size_t row);
  void head(std::int32_t* logits);

  // Products of all rows with the outputs from `first` on: sums [rows][kSliceOutputs].
  void multiply(const Matrix& matrix, std::size_t first, std::size_t count, std::int32_t* sums,
                ThreadScratch& scratch);
  [[nodiscard]] OutputScales scales_of(const Matrix& matrix, std::size_t first,
                                       std::size_t row) const;
  // Calls use(first, count, row, sums, scales, thread) for each slice of outputs and row.
  template <class Use>
  void for_each_output(const Matrix& matrix, const Use& use);
  void add_product(const Matrix& matrix);

  StateBuffers& b_;
  Team& team_;
};

}  // namespace czip::llm
