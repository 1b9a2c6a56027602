#include "v1/network/head_loss.hpp"

#include <algorithm>
#include <cmath>

#include "nn/matrix_products.hpp"

namespace czip::v1::training {
namespace {

using nn::Into;
using nn::Matrix;

// A logit's unit as a natural logarithm: softmax.coef_q24 = 37819, weights * 1280, activations *
// 128.
constexpr float kLogitUnit = 0.1F * 0x1p-14F;
constexpr float kLeastWeight = 0x1p-16F;

// Logits to weights relative to the largest, in place; returns their sum.
float weigh(float* row, std::size_t n) {
  float largest = row[0];
  for (std::size_t i = 1; i < n; ++i) largest = std::max(largest, row[i]);
  float sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    row[i] = std::max(std::exp((row[i] - largest) * kLogitUnit), kLeastWeight);
    sum += row[i];
  }
  return sum;
}

// Weights to gradients of -ln(weight of the target / sum) by the logits, in place. A weight at the
// least possible does not move with its logit but with the largest one; only the target's pretends
// to, so as to be brought back.
void differentiate(float* row, std::size_t n, float sum, std::size_t target) {
  const float inverse = 1 / sum;
  const auto largest = static_cast<std::size_t>(std::max_element(row, row + n) - row);
  float least = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const float probability = row[i] * inverse;
    const bool moves = row[i] > kLeastWeight;
    least += moves ? 0 : probability;
    row[i] = moves ? probability : 0;
  }
  row[largest] += least;
  row[target] -= 1;
}

}  // namespace

HeadLoss::HeadLoss(std::size_t vocabulary) : logits_(kPart * vocabulary) {}

std::span<const float> HeadLoss::logits(const Head& head, const float* x, std::size_t rows) {
  nn::multiply_transposed({x, rows, head.width}, {head.weights, head.vocabulary, head.width},
                          logits_.data(), head.vocabulary);
  return std::span(logits_).first(rows * head.vocabulary);
}

double HeadLoss::forward(const Head& head, const float* x, std::span<const std::uint16_t> targets) {
  double total = 0;
  for (std::size_t first = 0; first < targets.size(); first += kPart) {
    const std::size_t rows = std::min(kPart, targets.size() - first);
    logits(head, x + first * head.width, rows);
    for (std::size_t r = 0; r < rows; ++r) {
      float* row = &logits_[r * head.vocabulary];
      const float sum = weigh(row, head.vocabulary);
      total += std::log2(sum / row[targets[first + r]]);
    }
  }
  return total;
}

double HeadLoss::backward(const Head& head, const float* x, std::span<const std::uint16_t> targets,
                          float weight, float* dx, float* dweights) {
  const std::size_t n = head.vocabulary;
  double total = 0;
  for (std::size_t first = 0; first < targets.size(); first += kPart) {
    const std::size_t rows = std::min(kPart, targets.size() - first);
    const std::size_t at = first * head.width;
    logits(head, x + at, rows);
    for (std::size_t r = 0; r < rows; ++r) {
      float* row = &logits_[r * n];
      const std::size_t target = targets[first + r];
      const float sum = weigh(row, n);
      total += std::log2(sum / row[target]);
      differentiate(row, n, sum, target);
      for (std::size_t i = 0; i < n; ++i) row[i] *= weight * kLogitUnit;
    }
    const Matrix dlogits(logits_.data(), rows, n);
    nn::multiply(dlogits, {head.weights, n, head.width}, dx + at, head.width);
    nn::transposed_multiply(dlogits, {x + at, rows, head.width}, dweights, head.width, Into::add);
  }
  return total;
}

}  // namespace czip::v1::training
