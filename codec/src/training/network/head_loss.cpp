#include "training/network/head_loss.hpp"

#include <algorithm>
#include <cmath>

#include "training/network/integer_ops.hpp"
#include "training/network/matrix_products.hpp"
#include "training/network/parameters.hpp"

namespace czip::network {
namespace {

constexpr float kLogitBound = 32767;
constexpr float kLn2Over64 = 0.010830424696249145F;

// Logits, in 1/64 of a power of two, to probabilities, in place; returns the natural logarithm of
// that of `target`.
float softmax(float* row, std::size_t n, std::size_t target) {
  float largest = row[0];
  for (std::size_t i = 1; i < n; ++i) largest = std::max(largest, row[i]);
  const float logit = row[target];
  float sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    row[i] = std::exp((row[i] - largest) * kLn2Over64);
    sum += row[i];
  }
  const float inverse = 1 / sum;
  for (std::size_t i = 0; i < n; ++i) row[i] *= inverse;
  return (logit - largest) * kLn2Over64 - std::log(sum);
}

}  // namespace

HeadLoss::HeadLoss(std::size_t vocabulary)
    : sums_(kPart * vocabulary), logits_(kPart * vocabulary) {}

std::span<const float> HeadLoss::logits(const Head& head, const float* x, std::size_t rows) {
  const std::size_t n = head.vocabulary;
  multiply_transposed({x, rows, head.width}, {head.weights, n, head.width}, sums_.data(), n);
  const double scale = std::ldexp(static_cast<double>(head.scale), -kHeadShift);
  for (std::size_t i = 0; i < rows * n; ++i) {
    const double logit = std::floor(sums_[i] * scale + 0.5);
    logits_[i] =
        static_cast<float>(std::min(std::max(logit, -double{kLogitBound}), double{kLogitBound}));
  }
  return std::span(logits_).first(rows * n);
}

double HeadLoss::forward(const Head& head, const float* x, std::span<const std::uint16_t> targets,
                         std::span<float> bits) {
  double total = 0;
  for (std::size_t first = 0; first < targets.size(); first += kPart) {
    const std::size_t rows = std::min(kPart, targets.size() - first);
    logits(head, x + first * head.width, rows);
    for (std::size_t r = 0; r < rows; ++r) {
      const float log = softmax(&logits_[r * head.vocabulary], head.vocabulary, targets[first + r]);
      bits[first + r] = -log / std::log(2.0F);
      total += bits[first + r];
    }
  }
  return total;
}

double HeadLoss::backward(const Head& head, const float* x, std::span<const std::uint16_t> targets,
                          float weight, float* dx, float* dweights, float& dscale) {
  const std::size_t n = head.vocabulary;
  const float factor = weight * kLn2Over64;
  const float unit = std::ldexp(head.scale, -kHeadShift);
  double total = 0;
  for (std::size_t first = 0; first < targets.size(); first += kPart) {
    const std::size_t rows = std::min(kPart, targets.size() - first);
    logits(head, x + first * head.width, rows);
    double products = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      float* row = &logits_[r * n];
      const float* sums = &sums_[r * n];
      total -= softmax(row, n, targets[first + r]) / std::log(2.0F);
      row[targets[first + r]] -= 1;
      float product = 0;
      for (std::size_t i = 0; i < n; ++i) {
        product += row[i] * sums[i];
        row[i] *= factor * unit;
      }
      products += product;
    }
    dscale += static_cast<float>(products) * factor * std::ldexp(1.0F, -kHeadShift);
    const Matrix dsums(logits_.data(), rows, n);
    multiply(dsums, {head.weights, n, head.width}, dx + first * head.width, head.width);
    transposed_multiply(dsums, {x + first * head.width, rows, head.width}, dweights, head.width,
                        Into::add);
  }
  return total;
}

}  // namespace czip::network
