#include "v2/recurrent/pass.hpp"

#include <algorithm>

namespace czip::v2::training {
namespace {

// Products come in blocks of so many rows; those past the last token are zeros or of no use.
constexpr std::size_t kRowBlock = 4;
std::size_t blocks_of(std::size_t tokens) {
  return (tokens + kRowBlock - 1) / kRowBlock * kRowBlock;
}

}  // namespace

RecurrentPass::RecurrentPass(const RecurrentShape& shape, const CodePaths& paths,
                             const RecurrentKernels& kernels, std::size_t most)
    : shape_(shape),
      paths_(&paths),
      kernels_(&kernels),
      gate_(most * shape.state),
      input_(most * shape.state),
      before_(most * shape.state),
      output_(blocks_of(most) * shape.state),
      output_gradient_(blocks_of(most) * shape.state),
      x_(blocks_of(most) * shape.hidden),
      hidden_(most * shape.hidden),
      hidden_gradient_(blocks_of(most) * shape.hidden),
      state_gradient_(shape.state),
      nodes_(kMaxTreeDepth) {}

StateRecord RecurrentPass::record(std::size_t token) {
  const std::size_t at = token * shape_.state;
  return {gate_.data() + at, input_.data() + at, before_.data() + at, output_.data() + at};
}

void RecurrentPass::forward(const RecurrentParameters& parameters, const AlignedFloats& transposed,
                            std::span<const StreamToken> tokens, float* state) {
  const std::size_t s = shape_.state;
  const std::size_t h = shape_.hidden;
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    if (tokens[t].first) std::fill_n(state, s, 0.0F);
    kernels_->step_state(s, parameters.token(tokens[t].last), parameters.gain.data(), state,
                         record(t));
  }
  kernels_->multiply({.rows = blocks_of(tokens.size()),
                      .columns = h,
                      .depth = s,
                      .a = output_.data(),
                      .a_row = s,
                      .a_column = 1,
                      .b = transposed.data(),
                      .c = x_.data(),
                      .add = false});
  for (std::size_t t = 0; t < tokens.size(); ++t)
    kernels_->activate(h, parameters.token(tokens[t].last) + 2 * s, x_.data() + t * h,
                       hidden_.data() + t * h);
}

std::size_t RecurrentPass::find_nodes(const RecurrentParameters& parameters, std::uint16_t target,
                                      RowGradients* gradients) {
  std::size_t count = 0;
  for (const Decision d : paths_->of(target))
    nodes_[count++] = {parameters.node(d.node), gradients ? gradients->of(d.node) : nullptr, d.bit};
  return count;
}

double RecurrentPass::cost(const RecurrentParameters& parameters, const AlignedFloats& transposed,
                           std::span<const StreamToken> tokens, float* state) {
  forward(parameters, transposed, tokens, state);
  double total = 0;
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    const std::size_t count = find_nodes(parameters, tokens[t].target, nullptr);
    total += static_cast<double>(
        kernels_->cost(shape_.hidden, count, nodes_.data(), hidden_.data() + t * shape_.hidden));
  }
  return total;
}

void RecurrentPass::learn(const RecurrentParameters& parameters, const AlignedFloats& transposed,
                          std::span<const StreamToken> tokens, float* state,
                          RecurrentGradients& gradients) {
  forward(parameters, transposed, tokens, state);
  const std::size_t s = shape_.state;
  const std::size_t h = shape_.hidden;
  const std::size_t rows = blocks_of(tokens.size());
  std::fill_n(hidden_gradient_.data(), rows * h, 0.0F);
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    const std::size_t count = find_nodes(parameters, tokens[t].target, &gradients.nodes);
    float* gradient = hidden_gradient_.data() + t * h;
    gradients.cost += static_cast<double>(
        kernels_->decide(h, count, nodes_.data(), hidden_.data() + t * h, gradient));
    kernels_->activate_backward(h, x_.data() + t * h, gradient,
                                gradients.tokens.of(tokens[t].last) + 2 * s);
  }
  kernels_->multiply({.rows = h,
                      .columns = s,
                      .depth = tokens.size(),
                      .a = hidden_gradient_.data(),
                      .a_row = 1,
                      .a_column = h,
                      .b = output_.data(),
                      .c = gradients.weights.data(),
                      .add = true});
  kernels_->multiply({.rows = rows,
                      .columns = s,
                      .depth = h,
                      .a = hidden_gradient_.data(),
                      .a_row = h,
                      .a_column = 1,
                      .b = parameters.weights.data(),
                      .c = output_gradient_.data(),
                      .add = false});
  backward_state(parameters, tokens, gradients);
}

void RecurrentPass::backward_state(const RecurrentParameters& parameters,
                                   std::span<const StreamToken> tokens,
                                   RecurrentGradients& gradients) {
  const std::size_t s = shape_.state;
  std::fill_n(state_gradient_.data(), s, 0.0F);
  for (std::size_t t = tokens.size(); t-- > 0;) {
    kernels_->step_state_backward(s, record(t), parameters.gain.data(),
                                  output_gradient_.data() + t * s, state_gradient_.data(),
                                  gradients.tokens.of(tokens[t].last));
    // The state before a document's first token is 0, whatever was before.
    if (tokens[t].first) std::fill_n(state_gradient_.data(), s, 0.0F);
  }
}

void transpose_weights(const RecurrentParameters& parameters, AlignedFloats& transposed) {
  const std::size_t s = parameters.shape.state;
  const std::size_t h = parameters.shape.hidden;
  const float* weights = parameters.weights.data();
  for (std::size_t row = 0; row < h; ++row)
    for (std::size_t i = 0; i < s; ++i) transposed.data()[i * h + row] = weights[row * s + i];
}

}  // namespace czip::v2::training
