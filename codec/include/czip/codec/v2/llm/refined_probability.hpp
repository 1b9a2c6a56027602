// Refines a probability by what came of it in a context: secondary symbol estimation (Mahoney 2005,
// the APM of paq8). Of each context, adaptive probabilities at 33 stretched values, between which
// it interpolates; before the first bit they are those values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "czip/codec/v2/llm/constants.hpp"
#include "czip/engine/v2/adaptive_probability.hpp"
#include "czip/engine/v2/logistic.hpp"

namespace czip::v2 {

class RefinedProbability {
 public:
  // May throw std::bad_alloc.
  void reset(std::size_t contexts, const Logistic& logistic);

  // Of a stretched probability; the result is stretched, too.
  std::int32_t refine(std::size_t context, std::int32_t stretched, const Logistic& logistic);
  // Learns the bit that the last refine() was for.
  void update(bool bit) {
    knots_[lower_].update(bit, kLlmKnotLimit);
    knots_[lower_ + 1].update(bit, kLlmKnotLimit);
  }

 private:
  std::vector<AdaptiveProbability> knots_;  // [contexts][kLlmKnots]
  std::size_t lower_ = 0;
};

}  // namespace czip::v2
