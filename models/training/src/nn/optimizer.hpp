// Muon for the matrices inside the layers, Adam for everything else.
//
// Muon (K. Jordan and others, 2024) steps along the nearest semi-orthogonal matrix of the momentum,
// found by five Newton-Schulz iterations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "v2/network/parameters.hpp"

namespace czip::nn {

// Per step, in units of the parameters' values.
struct LearningRates {
  float matrix = 0.02F;
  float embedding = 0.05F;
  float head = 0.05F;
  float vector = 0.005F;
  float matrix_decay = 0.05F;  // of a matrix's values, times its rate
  float table_decay = 0;       // of the values of embeddings and heads, at the full rate
};

class Optimizer {
 public:
  Optimizer(const ParameterList& parameters, const LearningRates& rates);

  // Moves the values against the sum of the threads' gradients, on as many threads, and quantises
  // them; the gradients are zero then. `share` is this step's part of the learning rates.
  void step(ParameterList& parameters, std::span<Gradients* const> gradients, float share);

  // What a checkpoint has to hold.
  struct Moments {
    std::vector<float> first;
    std::vector<float> second;  // Adam's only
  };
  std::vector<Moments> moments;
  std::uint64_t steps = 0;

 private:
  [[nodiscard]] float rate(Role role) const;

  LearningRates rates_;
};

}  // namespace czip::nn
