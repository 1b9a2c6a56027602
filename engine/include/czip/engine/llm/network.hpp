// A public language model (Llama, Qwen2, GPT-2) in integers: conformance/czip-network-llm.md.
// RMSNorm (Zhang & Sennrich 2019), rotary positions (Su et al. 2021), grouped-query attention
// (Ainslie et al. 2023), gated activations (Shazeer 2020), int8 weights and activations after a
// rotation (Ashkboos et al. 2024).
//
// A Network is immutable and shared by threads; a State (state.hpp) runs streams of tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "czip/base/error.hpp"
#include "czip/engine/llm/weights.hpp"
#include "czip/engine/simd.hpp"

namespace czip::llm {

struct PreparedNetwork;

class Network {
 public:
  // Uses the weights where they are: the file that they were parsed from must outlive the network.
  // Errors: invalid_argument (`level` is not supported by this CPU or build), out_of_memory.
  static Result<Network> create(Weights weights, SimdLevel level);

  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept;
  ~Network();

  [[nodiscard]] const Config& config() const;
  [[nodiscard]] SimdLevel level() const;

  // Bytes of keys and values that a stream takes in a State with a window of this many slots.
  [[nodiscard]] std::size_t stream_bytes(std::uint32_t window) const;

  // Softmax of a row of n logits as cumulative frequencies [n + 1]: cumulative[0] = 0, and
  // cumulative[j + 1] - cumulative[j] is proportional to 2^(logit j / 2^16) and at least 1. The
  // largest logit has some 2^32; the total is below 2^52.
  void cumulative_frequencies(std::span<const std::int32_t> logits,
                              std::span<std::uint64_t> cumulative) const;

 private:
  friend class State;
  explicit Network(std::unique_ptr<const PreparedNetwork> prepared);
  std::unique_ptr<const PreparedNetwork> prepared_;
};

}  // namespace czip::llm
