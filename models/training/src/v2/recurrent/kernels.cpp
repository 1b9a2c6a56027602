#include "v2/recurrent/kernels.hpp"

#include "v2/recurrent/vector_math.hpp"

namespace czip::v2::training {
namespace {

constexpr std::size_t kMaxDecisions = 64;

constexpr float kLargestOutput = 127 / kStateUnits;

// How much of its gradient a hidden unit passes that is out of its range: enough for it to come
// back.
constexpr float kLeak = 0.05F;
// Out of range is what is so by more than this.
constexpr float kMargin = 0.1F;

// Keeps a division by the root of a mean of zeros finite.
constexpr float kTiny = 1e-16F;

void step_state(std::size_t n, const float* row, const float* gain, float* state,
                const StateRecord& record) {
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Floats16 gate = sigmoid(load(row + i));
    const Floats16 input = 2.0F * sigmoid(2.0F * load(row + n + i)) - 1.0F;
    const Floats16 before = load(state + i);
    const Floats16 after = before + gate * (input - before);
    const Floats16 output =
        clamp(after * load(gain + i), -kLargestOutput, kLargestOutput) * kStateUnits;
    store(record.gate + i, gate);
    store(record.input + i, input);
    store(record.before + i, before);
    store(record.output + i, round_to_integer(output) * (1 / kStateUnits));
    store(state + i, after);
  }
}

void step_state_backward(std::size_t n, const StateRecord& record, const float* gain,
                         const float* output_gradient, float* state_gradient, float* row_gradient) {
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Floats16 gate = load(record.gate + i);
    const Floats16 input = load(record.input + i);
    // A saturated output passes no gradient that would push it further out.
    const Floats16 output = load(record.output + i);
    const Floats16 d_output = load(output_gradient + i);
    const Ints16 passes = ((output < all(kLargestOutput)) | (d_output > Floats16{})) &
                          ((output > all(-kLargestOutput)) | (d_output < Floats16{}));
    const Floats16 d =
        load(state_gradient + i) + from_bits(bits_of(d_output) & passes) * load(gain + i);
    const Floats16 d_gate = d * (input - load(record.before + i)) * (gate * (1.0F - gate));
    const Floats16 d_input = d * gate * (1.0F - input * input);
    store(row_gradient + i, load(row_gradient + i) + d_gate);
    store(row_gradient + n + i, load(row_gradient + n + i) + d_input);
    store(state_gradient + i, d - d * gate);
  }
}

void multiply(const Product& p) {
  constexpr std::size_t kRows = 4;
  constexpr std::size_t kVectors = 4;
  for (std::size_t n = 0; n < p.columns; n += kVectors * kLanes) {
    for (std::size_t m = 0; m < p.rows; m += kRows) {
      const float* a = p.a + m * p.a_row;
      float* c = p.c + m * p.columns + n;
      Floats16 sums[kRows][kVectors] = {};
      if (p.add) {
        for (std::size_t r = 0; r < kRows; ++r)
          for (std::size_t v = 0; v < kVectors; ++v)
            sums[r][v] = load(c + r * p.columns + v * kLanes);
      }
      for (std::size_t k = 0; k < p.depth; ++k) {
        const float* b = p.b + k * p.columns + n;
        for (std::size_t r = 0; r < kRows; ++r) {
          const float x = a[r * p.a_row + k * p.a_column];
          for (std::size_t v = 0; v < kVectors; ++v)
            sums[r][v] = sums[r][v] + x * load(b + v * kLanes);
        }
      }
      for (std::size_t r = 0; r < kRows; ++r)
        for (std::size_t v = 0; v < kVectors; ++v)
          store(c + r * p.columns + v * kLanes, sums[r][v]);
    }
  }
}

void activate(std::size_t n, const float* embedding, float* x, float* hidden) {
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Floats16 sum = load(x + i) + load(embedding + i);
    store(x + i, sum);
    const Floats16 units = clamp(sum, 0.0F, 1.0F) * kHiddenUnits;
    store(hidden + i, round_to_integer(units) * (1 / kHiddenUnits));
  }
}

void activate_backward(std::size_t n, const float* x, float* gradient, float* embedding_gradient) {
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Floats16 sum = load(x + i);
    const Ints16 inside = (sum > all(-kMargin)) & (sum < all(1 + kMargin));
    const Floats16 passed = load(gradient + i);
    const Floats16 d = select(inside, passed, passed * kLeak);
    store(gradient + i, d);
    store(embedding_gradient + i, load(embedding_gradient + i) + d);
  }
}

CZIP_INLINE float dot(std::size_t n, const float* x, const float* y) {
  Floats16 sums[4] = {};
  for (std::size_t i = 0; i < n; i += 4 * kLanes)
    for (std::size_t v = 0; v < 4; ++v)
      sums[v] = sums[v] + load(x + i + v * kLanes) * load(y + i + v * kLanes);
  return sum_of((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

// Gives each decision's probability of what was decided; returns the cost of all.
CZIP_INLINE float probabilities(std::size_t n, std::size_t count, const NodeStep* steps,
                                const float* hidden, float* right) {
  std::size_t padded = 0;
  for (; padded < count; ++padded) {
    const float logit = dot(n, steps[padded].row, hidden) + steps[padded].row[n];
    right[padded] = steps[padded].bit ? logit : -logit;
  }
  for (; padded % kLanes != 0; ++padded) right[padded] = 80;  // a probability of 1
  Floats16 cost = {};
  for (std::size_t i = 0; i < padded; i += kLanes) {
    const Floats16 p = sigmoid(load(right + i));
    store(right + i, p);
    cost = cost - log_of(p);
  }
  return sum_of(cost);
}

float cost(std::size_t n, std::size_t count, const NodeStep* steps, const float* hidden) {
  alignas(64) float right[kMaxDecisions];
  return probabilities(n, count, steps, hidden, right);
}

float decide(std::size_t n, std::size_t count, const NodeStep* steps, const float* hidden,
             float* hidden_gradient) {
  alignas(64) float right[kMaxDecisions];
  const float total = probabilities(n, count, steps, hidden, right);
  for (std::size_t s = 0; s < count; ++s) {
    const float d = steps[s].bit ? right[s] - 1 : 1 - right[s];
    const float* row = steps[s].row;
    float* gradient = steps[s].gradient;
    for (std::size_t i = 0; i < n; i += kLanes) {
      store(gradient + i, load(gradient + i) + d * load(hidden + i));
      store(hidden_gradient + i, load(hidden_gradient + i) + d * load(row + i));
    }
    gradient[n] += d;
  }
  return total;
}

void add(std::size_t n, const float* x, float* sum) {
  for (std::size_t i = 0; i < n; i += kLanes) store(sum + i, load(sum + i) + load(x + i));
}

void step_row(std::size_t n, const RowStep& step, const float* gradient, float* squares,
              float* row) {
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Floats16 g = load(gradient + i);
    const Floats16 square = load(squares + i) * step.keep + g * g * step.take;
    store(squares + i, square);
    const Floats16 change = step.rate * g * inverse_sqrt(square * step.correction + kTiny);
    store(row + i, clamp(load(row + i) - change, -step.limit, step.limit));
  }
}

void step_adam(std::size_t n, const AdamStep& step, const float* gradient, float* mean,
               float* squares, float* parameters) {
  for (std::size_t i = 0; i < n; i += kLanes) {
    const Floats16 g = load(gradient + i);
    const Floats16 m = load(mean + i) * step.mean_keep + g * (1 - step.mean_keep);
    const Floats16 square = load(squares + i) * step.square_keep + g * g * (1 - step.square_keep);
    store(mean + i, m);
    store(squares + i, square);
    const Floats16 change = step.rate * (m * step.mean_correction) *
                            inverse_sqrt(square * step.square_correction + kTiny);
    store(parameters + i, clamp(load(parameters + i) - change, -step.limit, step.limit));
  }
}

void exponentials(std::size_t n, float* x) {
  for (std::size_t i = 0; i < n; i += kLanes) store(x + i, exp_of(load(x + i)));
}

void logarithms(std::size_t n, float* x) {
  for (std::size_t i = 0; i < n; i += kLanes) store(x + i, log_of(load(x + i)));
}

}  // namespace

namespace CZIP_NN_ISA {
extern const RecurrentKernels kRecurrentKernels;
const RecurrentKernels kRecurrentKernels{.step_state = step_state,
                                         .step_state_backward = step_state_backward,
                                         .multiply = multiply,
                                         .activate = activate,
                                         .activate_backward = activate_backward,
                                         .decide = decide,
                                         .cost = cost,
                                         .add = add,
                                         .step_row = step_row,
                                         .step_adam = step_adam,
                                         .exponentials = exponentials,
                                         .logarithms = logarithms};
}  // namespace CZIP_NN_ISA

}  // namespace czip::v2::training
