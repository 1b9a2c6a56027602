// The loops of a recurrent network's training, one table of functions for each instruction set. All
// tables give the same bits.
//
// All vectors begin at multiples of 64 bytes and have multiples of 64 elements, unless stated.
#pragma once

#include <cstddef>

#include "nn/isa.hpp"

namespace czip::v2::training {

// The integers of the engine: what one unit of a state's input and of a hidden unit is.
inline constexpr float kStateUnits = 128;
inline constexpr float kHiddenUnits = 127;

// What one token's step leaves for the way back; [S] each.
struct StateRecord {
  float* gate;    // how much of the state is replaced
  float* input;   // by what
  float* before;  // the state before the step
  float* output;  // state * gain, rounded and clamped as in the engine
};

// c[m][n] (+)= sum over k of a(m, k) * b[k][n], where a(m, k) = a[m * a_row + k * a_column]. Rows
// of b and c follow each other. `rows` is a multiple of 4; `depth` is any number.
struct Product {
  std::size_t rows, columns, depth;
  const float* a;
  std::size_t a_row, a_column;
  const float* b;
  float* c;
  bool add;  // to what c holds
};

// One decision on the way to a token. A node's row has its weights, then its bias, then 15 zeros.
struct NodeStep {
  const float* row;
  float* gradient;  // of the row
  bool bit;
};

// How a step changes parameters whose squared gradients have the mean `squares`:
//   squares = squares * keep + gradient^2 * take;
//   parameter -= rate * gradient / sqrt(squares * correction + a little), clamped to +-limit.
struct RowStep {
  float keep, take, correction, rate, limit;
};

// The same with a mean of the gradients in place of the gradient (Adam: Kingma and Ba 2015).
struct AdamStep {
  float mean_keep, square_keep, mean_correction, square_correction, rate, limit;
};

struct RecurrentKernels {
  // One step of the state. `row` is the token's: S gates, then S inputs, both before their
  // nonlinear functions.
  void (*step_state)(std::size_t n, const float* row, const float* gain, float* state,
                     const StateRecord& record);
  // The way back. `state_gradient` is that of the state after the step, and becomes that of the
  // state before it; `row_gradient` is added to.
  void (*step_state_backward)(std::size_t n, const StateRecord& record, const float* gain,
                              const float* output_gradient, float* state_gradient,
                              float* row_gradient);

  void (*multiply)(const Product& product);

  // x += embedding; hidden = x clamped to 0..1, rounded as in the engine.
  void (*activate)(std::size_t n, const float* embedding, float* x, float* hidden);
  // `gradient` is that of hidden, and becomes that of x; it is added to `embedding_gradient`.
  void (*activate_backward)(std::size_t n, const float* x, float* gradient,
                            float* embedding_gradient);

  // The cost of a token's decisions, in nats; gradients are added. `count` <= kMaxTreeDepth.
  float (*decide)(std::size_t n, std::size_t count, const NodeStep* steps, const float* hidden,
                  float* hidden_gradient);
  // The cost alone.
  float (*cost)(std::size_t n, std::size_t count, const NodeStep* steps, const float* hidden);

  void (*add)(std::size_t n, const float* x, float* sum);  // n: a multiple of 16
  // n is a multiple of 16.
  void (*step_row)(std::size_t n, const RowStep& step, const float* gradient, float* squares,
                   float* row);
  void (*step_adam)(std::size_t n, const AdamStep& step, const float* gradient, float* mean,
                    float* squares, float* parameters);

  // For the initial parameters; n is a multiple of 16.
  void (*exponentials)(std::size_t n, float* x);
  void (*logarithms)(std::size_t n, float* x);
};

const RecurrentKernels& recurrent_kernels(nn::Isa isa);

}  // namespace czip::v2::training
