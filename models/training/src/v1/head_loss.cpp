#include "v1/head_loss.hpp"

#include <algorithm>
#include <cmath>

#include "nn/matrix_products.hpp"
#include "v1/format.hpp"

namespace czip::v1::training {

using nn::Into;
using nn::Matrix;

HeadLoss::HeadLoss(std::size_t vocabulary, const Kernels& kernels)
    : kernels_(&kernels), logits_(kBatch * vocabulary) {}

std::span<const float> HeadLoss::logits(const Head& head, const float* x, std::size_t rows) {
  nn::multiply_transposed({x, rows, head.width}, {head.weights, head.vocabulary, head.width},
                          logits_.data(), head.vocabulary);
  return std::span(logits_).first(rows * head.vocabulary);
}

double HeadLoss::forward(const Head& head, const float* x, std::span<const std::uint16_t> targets) {
  const std::size_t n = head.vocabulary;
  double total = 0;
  for (std::size_t first = 0; first < targets.size(); first += kBatch) {
    const std::size_t rows = std::min(kBatch, targets.size() - first);
    logits(head, x + first * head.width, rows);
    for (std::size_t r = 0; r < rows; ++r) {
      float* row = &logits_[r * n];
      const float sum = kernels_->softmax_weights(n, row);
      total += std::log2(sum / row[targets[first + r]]);
    }
  }
  return total;
}

double HeadLoss::backward(const Head& head, const float* x, std::span<const std::uint16_t> targets,
                          float weight, float* dx, float* dweights) {
  const std::size_t n = head.vocabulary;
  double total = 0;
  for (std::size_t first = 0; first < targets.size(); first += kBatch) {
    const std::size_t rows = std::min(kBatch, targets.size() - first);
    const std::size_t at = first * head.width;
    logits(head, x + at, rows);
    for (std::size_t r = 0; r < rows; ++r) {
      float* row = &logits_[r * n];
      const std::size_t target = targets[first + r];
      const float sum = kernels_->softmax_weights(n, row);
      total += std::log2(sum / row[target]);
      kernels_->softmax_backward(n, sum, target, weight * kLogitUnit, row);
    }
    const Matrix dlogits(logits_.data(), rows, n);
    nn::multiply(dlogits, {head.weights, n, head.width}, dx + at, head.width);
    nn::transposed_multiply(dlogits, {x + at, rows, head.width}, dweights, head.width, Into::add);
  }
  return total;
}

}  // namespace czip::v1::training
