// Streams of tokens of a language model, each with a window of keys and values. A text of any
// length works: a full window keeps its first tokens and drops half of the others
// (conformance/czip-network-llm.md, section 3).
//
// The logits of a row depend on the network, the window's length and the tokens of its stream
// alone: not on the SIMD level, the number of threads, the other streams, or which rows are
// computed together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "czip/base/error.hpp"
#include "czip/engine/llm/network.hpp"

namespace czip::llm {

// A token of a stream. Rows of one stream are its tokens in order: each has the next position.
struct Row {
  std::uint32_t stream = 0;
  std::uint32_t token = 0;
};

struct StateOptions {
  std::uint32_t streams = 1;
  std::uint32_t window = 0;  // slots: Limits::kLeastWindow to the context; 0: the context
  // What follows has no influence on results. Rows that are computed together at most: more are
  // faster, up to some 64, and take some 70 KB each in a model of 2,048 elements.
  std::uint32_t rows = 64;
  unsigned threads = 1;
};

struct StateBuffers;

class State {
 public:
  static constexpr std::uint32_t kMaxStreams = 4096;
  static constexpr std::uint32_t kMaxRows = 1024;

  // Allocates everything that `forward` will need; the pages of a window are provided as it fills.
  // `network` must outlive the state. Errors: invalid_argument, out_of_memory.
  static Result<State> create(const Network& network, const StateOptions& options);

  State(State&&) noexcept;
  State& operator=(State&&) noexcept;
  ~State();

  // Begins a stream, or all, anew, without allocation.
  void reset(std::uint32_t stream);
  void reset();

  // The position of the stream's next token: how many slots are in use.
  [[nodiscard]] std::uint32_t position(std::uint32_t stream) const;

  // Appends each row's token, below the vocabulary, to its stream, below `streams`: any number of
  // rows of any streams, in order. Writes the logits of each row's next token, [rows.size()][V]:
  // base-2 logarithms of probabilities but for a constant of the row, Q16. Computes no logits where
  // `logits` is empty. Starts its threads and waits for them; does not allocate.
  void forward(std::span<const Row> rows, std::span<std::int32_t> logits);

 private:
  explicit State(std::unique_ptr<StateBuffers> buffers);
  std::unique_ptr<StateBuffers> buffers_;
};

}  // namespace czip::llm
