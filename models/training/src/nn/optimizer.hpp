// Muon (Jordan et al. 2024) for the matrices inside the layers, Adam (Kingma and Ba 2015) for
// everything else.
//
// Muon steps along the semi-orthogonal matrix nearest to the momentum, which five Newton-Schulz
// iterations find.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "nn/parameters.hpp"

namespace czip::nn {

// Per step, in units of the parameters' values. Tuned in the runs of
// models/training/experiments.md.
struct LearningRates {
  float matrix = 0.02F;
  float embedding = 0.05F;
  float head = 0.05F;
  float vector = 0.005F;
  float matrix_decay = 0.05F;  // of a matrix's values, times its rate
  float table_decay = 0;       // of embeddings and heads, at the full rate
};

class Optimizer {
 public:
  Optimizer(const ParameterList& parameters, const LearningRates& rates);

  // Moves the values against the sum of `gradients`, which has one set for each thread, and
  // quantizes them, on as many threads. Then the gradients are zero. `fraction` is the present part
  // of the full learning rates. Error: out_of_memory.
  Status step(ParameterList& parameters, std::span<Gradients* const> gradients, float fraction);

  // The state that a checkpoint holds.
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
