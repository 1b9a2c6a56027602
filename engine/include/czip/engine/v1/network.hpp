// The czip-model-v1 transformer, ready to run at one SIMD level: int8 weights, integers throughout
// (conformance/czip-v1.md). RMSNorm (Zhang & Sennrich 2019), rotary positions (Su et al. 2021), one
// key/value head for all query heads (Shazeer 2019), attention sinks (Xiao et al. 2023), ReGLU
// (Shazeer 2020).
//
// A Network is immutable and shared by threads; each thread owns an InferenceState with the
// key/value caches of its sequences. A call takes rows of many sequences, or many positions of one,
// so that the weights stream from memory once per batch. The result depends on nothing but the
// model, the dialect and each sequence's tokens: not on the batch, the level or the thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "czip/base/error.hpp"
#include "czip/engine/simd.hpp"
#include "czip/engine/v1/dialect.hpp"
#include "czip/engine/v1/weights.hpp"

namespace czip::v1 {

struct PackedNetwork;

class Network {
 public:
  // Copies what it needs from `model` into the layouts of `level`. Errors: invalid_argument
  // (`level` is not supported by this CPU or build), out_of_memory.
  static Result<Network> create(const Weights& model, SimdLevel level, Dialect dialect);

  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept;
  ~Network();

  [[nodiscard]] SimdLevel level() const;
  [[nodiscard]] Dialect dialect() const;
  [[nodiscard]] std::uint32_t vocabulary() const;
  [[nodiscard]] std::uint32_t positions() const;

  // Bytes that one sequence of `context` positions takes in an InferenceState.
  [[nodiscard]] std::size_t sequence_bytes(std::uint32_t context) const;

 private:
  friend class InferenceState;
  friend class OutputDistribution;
  explicit Network(std::unique_ptr<const PackedNetwork> network);
  std::unique_ptr<const PackedNetwork> network_;
};

// One input position of a batch.
struct InputRow {
  std::uint32_t sequence;  // below max_sequences
  std::uint32_t token;     // below the vocabulary
};

class InferenceState {
 public:
  struct Capacity {
    std::uint32_t sequences;  // key/value caches
    std::uint32_t context;    // positions per cache, at most the model's `positions`
    std::uint32_t rows;       // rows per forward call
  };

  // Allocates everything that `forward` will need; `forward` itself allocates nothing. `network`
  // must outlive the state. Errors: invalid_argument (a capacity of 0, or a context beyond the
  // model's positions), out_of_memory.
  static Result<InferenceState> create(const Network& network, Capacity capacity);

  InferenceState(InferenceState&&) noexcept;
  InferenceState& operator=(InferenceState&&) noexcept;
  ~InferenceState();

  // Begins a sequence anew, without allocation: its next row is position 0.
  void reset(std::uint32_t sequence);

  // Appends each row to its sequence, in order, and computes its logits. The caller keeps each
  // sequence within `context` positions and the batch within `rows`.
  void forward(std::span<const InputRow> rows);

  // Logits [V] of row `row` of the last forward call, plain int32 accumulators:
  // |logit| <= 127 * 128 * 65536 < 2^30.
  [[nodiscard]] std::span<const std::int32_t> logits(std::size_t row) const;

 private:
  struct Buffers;
  explicit InferenceState(std::unique_ptr<Buffers> buffers);
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace czip::v1
