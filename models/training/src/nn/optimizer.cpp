#include "nn/optimizer.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "nn/matrix_products.hpp"

namespace czip::nn {
namespace {

constexpr float kMomentum = 0.95F;
constexpr float kAdamFirst = 0.9F;
constexpr float kAdamSecond = 0.97F;

// Brings the singular values of x, [rows][cols] with rows <= cols, to about 1.
void orthogonalize(std::vector<float>& x, std::size_t rows, std::size_t cols) {
  constexpr float kA = 3.4445F, kB = -4.7750F, kC = 2.0315F;
  float norm = 0;
  for (const float value : x) norm += value * value;
  const float inverse = 1 / (std::sqrt(norm) + 1e-30F);
  for (float& value : x) value *= inverse;
  std::vector<float> square(rows * rows), fourth(rows * rows), next(rows * cols);
  for (int i = 0; i < 5; ++i) {
    multiply_transposed({x.data(), rows, cols}, {x.data(), rows, cols}, square.data(), rows);
    multiply({square.data(), rows, rows}, {square.data(), rows, rows}, fourth.data(), rows);
    for (std::size_t j = 0; j < square.size(); ++j) square[j] = kB * square[j] + kC * fourth[j];
    multiply({square.data(), rows, rows}, {x.data(), rows, cols}, next.data(), cols);
    for (std::size_t j = 0; j < x.size(); ++j) x[j] = kA * x[j] + next[j];
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

// A part of a parameter that is stepped by itself: a linear map's rows, or some elements.
struct Part {
  std::size_t parameter;
  std::size_t first;  // element
  std::size_t size;
};

// Parts of elements are small enough to be shared out evenly.
constexpr std::size_t kPartElements = 65'536;

// The maps first, since each takes long.
std::vector<Part> parts_of(const ParameterList& parameters) {
  std::vector<Part> parts;
  for (std::size_t p = 0; p < parameters.list.size(); ++p) {
    std::size_t first = 0;
    for (const std::size_t rows : parameters.list[p].row_blocks) {
      const std::size_t size = rows * parameters.list[p].cols;
      parts.push_back({p, first, size});
      first += size;
    }
  }
  for (std::size_t p = 0; p < parameters.list.size(); ++p) {
    if (parameters.list[p].role == Role::matrix) continue;
    for (std::size_t first = 0; first < parameters.list[p].size(); first += kPartElements)
      parts.push_back({p, first, std::min(kPartElements, parameters.list[p].size() - first)});
  }
  return parts;
}

void step_matrix(Parameter& parameter, const Part& part, const float* gradient,
                 std::vector<float>& momentum, float rate, float decay) {
  const std::size_t rows = part.size / parameter.cols;
  std::vector<float> ahead(part.size);
  for (std::size_t i = 0; i < part.size; ++i) {
    float& velocity = momentum[part.first + i];
    velocity = kMomentum * velocity + (1 - kMomentum) * gradient[part.first + i];
    ahead[i] = kMomentum * velocity + (1 - kMomentum) * gradient[part.first + i];
  }
  const auto direction = muon_direction(std::move(ahead), rows, parameter.cols);
  const float ratio = static_cast<float>(rows) / static_cast<float>(parameter.cols);
  const float scale = rate * std::sqrt(std::max(1.0F, ratio));
  for (std::size_t i = 0; i < part.size; ++i) {
    float& value = parameter.value[part.first + i];
    value -= rate * decay * value + scale * direction[i];
  }
}

void step_adam(Parameter& parameter, const Part& part, const float* gradient,
               Optimizer::Moments& moments, float rate, float decay, std::uint64_t step) {
  const auto n = static_cast<float>(step);
  const float first_unbias = 1 / (1 - std::pow(kAdamFirst, n));
  const float second_unbias = 1 / (1 - std::pow(kAdamSecond, n));
  for (std::size_t i = part.first; i < part.first + part.size; ++i) {
    const float g = gradient[i];
    float& first = moments.first[i];
    float& second = moments.second[i];
    first = kAdamFirst * first + (1 - kAdamFirst) * g;
    second = kAdamSecond * second + (1 - kAdamSecond) * g * g;
    float& value = parameter.value[i];
    value -=
        decay * value + rate * first * first_unbias / (std::sqrt(second * second_unbias) + 1e-12F);
  }
}

// The sum of all gradients of a part, in the first's place; the others are zero then.
const float* gather(std::span<Gradients* const> gradients, const Part& part) {
  float* sum = (*gradients[0])[part.parameter];
  for (std::size_t t = 1; t < gradients.size(); ++t) {
    float* summand = (*gradients[t])[part.parameter];
    for (std::size_t i = part.first; i < part.first + part.size; ++i) sum[i] += summand[i];
    std::fill_n(summand + part.first, part.size, 0.0F);
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

void Optimizer::step(ParameterList& parameters, std::span<Gradients* const> gradients,
                     float share) {
  ++steps;
  const auto parts = parts_of(parameters);
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < parts.size(); i = next++) {
      const Part& part = parts[i];
      Parameter& parameter = parameters.list[part.parameter];
      const float step_rate = rate(parameter.role) * share;
      const float* gradient = gather(gradients, part);
      if (parameter.role == Role::matrix) {
        step_matrix(parameter, part, gradient, moments[part.parameter].first, step_rate,
                    rates_.matrix_decay);
      } else {
        const float decay = parameter.role == Role::vector ? 0 : rates_.table_decay * share;
        step_adam(parameter, part, gradient, moments[part.parameter], step_rate, decay, steps);
      }
      parameter.settle(part.first, part.size);
      std::fill_n((*gradients[0])[part.parameter] + part.first, part.size, 0.0F);
    }
  };
  std::vector<std::jthread> others;
  for (std::size_t t = 1; t < gradients.size(); ++t) others.emplace_back(work);
  work();
}

}  // namespace czip::nn
