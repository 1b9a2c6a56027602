// One stream's tokens through a recurrent network, and the way back.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "v2/recurrent/code_paths.hpp"
#include "v2/recurrent/document_streams.hpp"
#include "v2/recurrent/gradients.hpp"
#include "v2/recurrent/kernels.hpp"
#include "v2/recurrent/parameters.hpp"

namespace czip::v2::training {

class RecurrentPass {
 public:
  // For up to `most` tokens at a time. The references must outlive this.
  RecurrentPass(const RecurrentShape& shape, const CodePaths& paths,
                const RecurrentKernels& kernels, std::size_t most);

  // Adds the tokens' gradients and cost. `transposed` is the weights' [state][hidden]; `state` is
  // that before the tokens, and becomes that behind them. Gradients do not go back behind `state`.
  void learn(const RecurrentParameters& parameters, const AlignedFloats& transposed,
             std::span<const StreamToken> tokens, float* state, RecurrentGradients& gradients);

  // The tokens' cost in nats alone.
  double cost(const RecurrentParameters& parameters, const AlignedFloats& transposed,
              std::span<const StreamToken> tokens, float* state);

 private:
  void forward(const RecurrentParameters& parameters, const AlignedFloats& transposed,
               std::span<const StreamToken> tokens, float* state);
  std::size_t find_nodes(const RecurrentParameters& parameters, std::uint16_t target,
                         RowGradients* gradients);
  void backward_state(const RecurrentParameters& parameters, std::span<const StreamToken> tokens,
                      RecurrentGradients& gradients);
  StateRecord record(std::size_t token);

  RecurrentShape shape_;
  const CodePaths* paths_;
  const RecurrentKernels* kernels_;
  AlignedFloats gate_, input_, before_, output_;  // [tokens][state]
  AlignedFloats output_gradient_;                 // [tokens][state]
  AlignedFloats x_, hidden_, hidden_gradient_;    // [tokens][hidden]
  AlignedFloats state_gradient_;                  // [state]
  std::vector<NodeStep> nodes_;
};

// The weights' [state][hidden].
void transpose_weights(const RecurrentParameters& parameters, AlignedFloats& transposed);

}  // namespace czip::v2::training
