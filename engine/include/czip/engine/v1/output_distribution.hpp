// Logits to integer frequencies: the output softmax of czip-model-v1 as cumulative ranges for the
// coder. Source: conformance/czip-v1.md, "Logits to frequencies".
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "czip/base/error.hpp"
#include "czip/engine/v1/network.hpp"

namespace czip::v1 {

// The part of [0, total) that belongs to one symbol: the numbers x with low <= x < high. high - low
// >= 1.
struct CumulativeRange {
  std::uint32_t low;
  std::uint32_t high;
};

// The distribution of one position. Reused from position to position; `assign` allocates nothing.
class OutputDistribution {
 public:
  // `network` must outlive this object.
  static Result<OutputDistribution> create(const Network& network);

  OutputDistribution(OutputDistribution&&) noexcept;
  OutputDistribution& operator=(OutputDistribution&&) noexcept;
  ~OutputDistribution();

  // Takes the logits [V] of a position, as InferenceState::logits gives them: memory is readable up
  // to the next multiple of 64 elements.
  void assign(std::span<const std::int32_t> logits);

  // Sum of all frequencies, at most 2^30.
  [[nodiscard]] std::uint32_t total() const;

  // Range of one symbol.
  [[nodiscard]] CumulativeRange range(std::uint32_t symbol) const;

  // The length of that range, found quickly.
  [[nodiscard]] std::uint32_t frequency(std::uint32_t symbol) const;

  struct Found {
    std::uint32_t symbol;
    CumulativeRange range;
  };
  // The symbol whose range holds `target`; target < total().
  [[nodiscard]] Found find(std::uint32_t target) const;

 private:
  struct State;
  explicit OutputDistribution(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace czip::v1
