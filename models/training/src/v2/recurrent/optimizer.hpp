// Steps the parameters of a recurrent network along their gradients.
//
// The matrix is stepped by Adam. A table's row is stepped when it has a gradient, by RMSProp:
// otherwise a rare token's step would go on long after the token.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "v2/recurrent/gradients.hpp"
#include "v2/recurrent/kernels.hpp"
#include "v2/recurrent/parameters.hpp"

namespace czip::v2::training {

// The learning rates at the height of a run.
struct RecurrentRates {
  float gates = 3.2e-3F;
  float inputs = 3.2e-3F;
  float embedding = 8e-3F;
  float nodes = 3.2e-3F;
  float biases = 3.2e-3F;
  float weights = 1.6e-3F;
  float square_keep = 0.99F;  // of a row's mean square, each time it has a gradient
};

class RecurrentOptimizer {
 public:
  RecurrentOptimizer(const RecurrentShape& shape, const RecurrentRates& rates,
                     const RecurrentKernels& kernels);

  // One step along the sum of all groups' gradients, which are added in order; `rate` is relative
  // to the height. The result is the same for any number of threads.
  Status step(RecurrentParameters& parameters, std::span<RecurrentGradients> groups, float rate,
              unsigned threads);

 private:
  // Neighbouring elements of a row with the same learning rate.
  struct Segment {
    std::size_t begin, size;
    float rate, limit;
  };
  struct Table {
    std::size_t width;
    std::vector<Segment> segments;
    AlignedFloats squares;      // [rows][width]
    std::vector<float> seen{};  // 1 - square_keep ^ (steps of the row)
  };

  void step_rows(Table& table, RowGradients RecurrentGradients::*gradients, float* rows,
                 std::span<RecurrentGradients> groups, float rate, std::size_t part);
  void step_weights(RecurrentParameters& parameters, std::span<RecurrentGradients> groups,
                    float rate);

  const RecurrentKernels* kernels_;
  RecurrentRates rates_;
  Table tokens_;
  Table nodes_;
  AlignedFloats mean_, squares_;  // of the weights
  float mean_seen_ = 0, square_seen_ = 0;
  std::vector<AlignedFloats> sums_;  // one row's gradient, for each part of a table
};

}  // namespace czip::v2::training
