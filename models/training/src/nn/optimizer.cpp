#include "nn/optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "czip/base/parallel.hpp"
#include "nn/kernels.hpp"
#include "nn/matrix_products.hpp"

namespace czip::nn {
namespace {

constexpr float kMomentum = 0.95F;
constexpr float kAdamFirst = 0.9F;
constexpr float kAdamSecond = 0.97F;

// Brings the singular values of x, [rows][cols] with rows <= cols, to about 1: the quintic
// iteration of Muon, whose coefficients are Jordan's.
void orthogonalize(std::vector<float>& x, std::size_t rows, std::size_t cols) {
  constexpr float kA = 3.4445F, kB = -4.7750F, kC = 2.0315F;
  constexpr int kIterations = 5;
  const Kernels& k = kernels();
  const float norm = std::sqrt(k.dot(x.data(), x.data(), x.size()));
  k.combine(1 / (norm + 1e-30F), x.data(), 0, x.data(), x.size(), x.data());
  std::vector<float> square(rows * rows), fourth(rows * rows), next(rows * cols);
  for (int i = 0; i < kIterations; ++i) {
    multiply_transposed({x.data(), rows, cols}, {x.data(), rows, cols}, square.data(), rows);
    multiply({square.data(), rows, rows}, {square.data(), rows, rows}, fourth.data(), rows);
    k.combine(kB, square.data(), kC, fourth.data(), square.size(), square.data());
    multiply({square.data(), rows, rows}, {x.data(), rows, cols}, next.data(), cols);
    k.combine(kA, x.data(), 1, next.data(), x.size(), x.data());
  }
}

std::vector<float> transposed(const std::vector<float>& x, std::size_t rows, std::size_t cols) {
  std::vector<float> result(x.size());
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < cols; ++c) result[c * rows + r] = x[r * cols + c];
  return result;
}

// The direction of Muon's step for the rows of one linear map.
std::vector<float> muon_direction(std::vector<float> momentum, std::size_t rows, std::size_t cols) {
  if (rows <= cols) {
    orthogonalize(momentum, rows, cols);
    return momentum;
  }
  auto turned = transposed(momentum, rows, cols);
  orthogonalize(turned, cols, rows);
  return transposed(turned, cols, rows);
}

// Elements of a parameter that one thread steps: the rows of a linear map, or a slice of a
// parameter for Adam.
struct Slice {
  std::size_t parameter;
  std::size_t first;  // element
  std::size_t size;
};

// Slices for Adam are small, so that all threads have work until the end.
constexpr std::size_t kSliceElements = 65'536;

// The linear maps come first, since each of them takes long.
std::vector<Slice> slices_of(const ParameterList& parameters) {
  std::vector<Slice> slices;
  for (std::size_t p = 0; p < parameters.list.size(); ++p) {
    std::size_t first = 0;
    for (const std::size_t rows : parameters.list[p].row_blocks) {
      const std::size_t size = rows * parameters.list[p].cols;
      slices.push_back({p, first, size});
      first += size;
    }
  }
  for (std::size_t p = 0; p < parameters.list.size(); ++p) {
    if (parameters.list[p].role == Role::matrix) continue;
    for (std::size_t first = 0; first < parameters.list[p].size(); first += kSliceElements)
      slices.push_back({p, first, std::min(kSliceElements, parameters.list[p].size() - first)});
  }
  return slices;
}

void step_muon(Parameter& parameter, const Slice& slice, const float* gradient,
               std::vector<float>& momentum, float rate, float decay) {
  const Kernels& k = kernels();
  const std::size_t rows = slice.size / parameter.cols;
  float* velocity = &momentum[slice.first];
  const float* g = gradient + slice.first;
  // Nesterov's momentum looks one step ahead.
  std::vector<float> ahead(slice.size);
  k.combine(kMomentum, velocity, 1 - kMomentum, g, slice.size, velocity);
  k.combine(kMomentum, velocity, 1 - kMomentum, g, slice.size, ahead.data());
  const auto direction = muon_direction(std::move(ahead), rows, parameter.cols);
  const float ratio = static_cast<float>(rows) / static_cast<float>(parameter.cols);
  const float scale = rate * std::sqrt(std::max(1.0F, ratio));
  float* value = &parameter.value[slice.first];
  k.combine(1 - rate * decay, value, -scale, direction.data(), slice.size, value);
}

void step_adam(Parameter& parameter, const Slice& slice, const float* gradient,
               Optimizer::Moments& moments, float rate, float decay, std::uint64_t step) {
  const auto n = static_cast<float>(step);
  kernels().adam({.rate = rate,
                  .decay = decay,
                  .first_decay = kAdamFirst,
                  .second_decay = kAdamSecond,
                  .first_unbias = 1 / (1 - std::pow(kAdamFirst, n)),
                  .second_unbias = 1 / (1 - std::pow(kAdamSecond, n))},
                 gradient + slice.first, slice.size, &moments.first[slice.first],
                 &moments.second[slice.first], &parameter.value[slice.first]);
}

// Adds all gradients of a slice to the first set's, and sets the others to zero.
float* gather(std::span<Gradients* const> gradients, const Slice& slice) {
  float* sum = (*gradients[0])[slice.parameter];
  for (std::size_t t = 1; t < gradients.size(); ++t) {
    float* summand = (*gradients[t])[slice.parameter] + slice.first;
    kernels().add_scaled(1, summand, slice.size, sum + slice.first);
    std::fill_n(summand, slice.size, 0.0F);
  }
  return sum;
}

}  // namespace

Optimizer::Optimizer(const ParameterList& parameters, const LearningRates& rates) : rates_(rates) {
  for (const Parameter& parameter : parameters.list) {
    Moments moment;
    moment.first.resize(parameter.size());
    if (parameter.role != Role::matrix) moment.second.resize(parameter.size());
    moments.push_back(std::move(moment));
  }
}

float Optimizer::rate(Role role) const {
  switch (role) {
    case Role::matrix:
      return rates_.matrix;
    case Role::table:
      return rates_.embedding;
    case Role::head:
      return rates_.head;
    case Role::vector:
      break;
  }
  return rates_.vector;
}

Status Optimizer::step(ParameterList& parameters, std::span<Gradients* const> gradients,
                       float fraction) {
  ++steps;
  const auto slices = slices_of(parameters);
  return parallel_for(static_cast<unsigned>(gradients.size()), slices.size(), [&](std::size_t i) {
    const Slice& slice = slices[i];
    Parameter& parameter = parameters.list[slice.parameter];
    Moments& moment = moments[slice.parameter];
    const float step_rate = rate(parameter.role) * fraction;
    float* gradient = gather(gradients, slice);
    if (parameter.role == Role::matrix) {
      step_muon(parameter, slice, gradient, moment.first, step_rate, rates_.matrix_decay);
    } else {
      const float decay = parameter.role == Role::vector ? 0 : rates_.table_decay * fraction;
      step_adam(parameter, slice, gradient, moment, step_rate, decay, steps);
    }
    parameter.update_quantized(slice.first, slice.size);
    std::fill_n(gradient + slice.first, slice.size, 0.0F);
  });
}

}  // namespace czip::nn
