#include "v2/recurrent/optimizer.hpp"

#include <algorithm>

#include "czip/base/parallel.hpp"
#include "v2/recurrent/float_environment.hpp"

namespace czip::v2::training {
namespace {

// A table's rows are dealt to so many parts, which may be stepped at the same time.
constexpr std::size_t kParts = 4;

constexpr float kMeanKeep = 0.9F;
constexpr float kSquareKeep = 0.999F;

// Bounds of the parameters. Gates and inputs are about saturated there; the others are what the
// file can hold, or far more than training wants.
constexpr float kGateLimit = 10;
constexpr float kInputLimit = 6;
constexpr float kEmbeddingLimit = 1;  // 127 hidden units
constexpr float kNodeLimit = 15;
constexpr float kWeightLimit = 30;

}  // namespace

RecurrentOptimizer::RecurrentOptimizer(const RecurrentShape& shape, const RecurrentRates& rates,
                                       const RecurrentKernels& kernels)
    : kernels_(&kernels),
      rates_(rates),
      tokens_{shape.token_width(),
              {{0, shape.state, rates.gates, kGateLimit},
               {shape.state, shape.state, rates.inputs, kInputLimit},
               {2 * shape.state, shape.hidden, rates.embedding, kEmbeddingLimit}},
              AlignedFloats(shape.vocabulary * shape.token_width()),
              std::vector<float>(shape.vocabulary)},
      nodes_{shape.node_width(),
             {{0, shape.hidden, rates.nodes, kNodeLimit},
              {shape.hidden, 16, rates.biases, kLargestBias}},
             AlignedFloats(shape.vocabulary * shape.node_width()),
             std::vector<float>(shape.vocabulary)},
      mean_(shape.hidden * shape.state),
      squares_(shape.hidden * shape.state) {
  for (std::size_t part = 0; part < kParts; ++part)
    sums_.emplace_back(std::max(shape.token_width(), shape.node_width()));
}

Status RecurrentOptimizer::step(RecurrentParameters& parameters,
                                std::span<RecurrentGradients> groups, float rate,
                                unsigned threads) {
  return parallel_for(threads, kParts, [&](std::size_t part) {
    const StandardFloatEnvironment environment;
    step_rows(tokens_, &RecurrentGradients::tokens, parameters.tokens.data(), groups, rate, part);
    step_rows(nodes_, &RecurrentGradients::nodes, parameters.nodes.data(), groups, rate, part);
    if (part == 0) step_weights(parameters, groups, rate);
  });
}

void RecurrentOptimizer::step_rows(Table& table, RowGradients RecurrentGradients::*gradients,
                                   float* rows, std::span<RecurrentGradients> groups, float rate,
                                   std::size_t part) {
  float* sum = sums_[part].data();
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (const std::uint16_t row : (groups[g].*gradients).rows()) {
      if (row % kParts != part) continue;
      // The first group that has the row steps it.
      const auto has_row = [&](RecurrentGradients& group) {
        return (group.*gradients).find(row) != nullptr;
      };
      if (std::any_of(groups.begin(), groups.begin() + static_cast<std::ptrdiff_t>(g), has_row))
        continue;
      std::copy_n((groups[g].*gradients).find(row), table.width, sum);
      for (std::size_t other = g + 1; other < groups.size(); ++other) {
        const float* gradient = (groups[other].*gradients).find(row);
        if (gradient != nullptr) kernels_->add(table.width, gradient, sum);
      }
      float& seen = table.seen[row];
      seen = seen * rates_.square_keep + (1 - rates_.square_keep);
      for (const Segment& segment : table.segments) {
        const std::size_t at = row * table.width + segment.begin;
        kernels_->step_row(segment.size,
                           {.keep = rates_.square_keep,
                            .take = 1 - rates_.square_keep,
                            .correction = 1 / seen,
                            .rate = rate * segment.rate,
                            .limit = segment.limit},
                           sum + segment.begin, table.squares.data() + at, rows + at);
      }
    }
  }
}

void RecurrentOptimizer::step_weights(RecurrentParameters& parameters,
                                      std::span<RecurrentGradients> groups, float rate) {
  float* sum = groups[0].weights.data();
  for (std::size_t g = 1; g < groups.size(); ++g)
    kernels_->add(parameters.weights.size(), groups[g].weights.data(), sum);
  mean_seen_ = mean_seen_ * kMeanKeep + (1 - kMeanKeep);
  square_seen_ = square_seen_ * kSquareKeep + (1 - kSquareKeep);
  kernels_->step_adam(parameters.weights.size(),
                      {.mean_keep = kMeanKeep,
                       .square_keep = kSquareKeep,
                       .mean_correction = 1 / mean_seen_,
                       .square_correction = 1 / square_seen_,
                       .rate = rate * rates_.weights,
                       .limit = kWeightLimit},
                      sum, mean_.data(), squares_.data(), parameters.weights.data());
}

}  // namespace czip::v2::training
