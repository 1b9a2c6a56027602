#include "v2/network/head_loss.hpp"

#include <algorithm>
#include <cmath>

#include "nn/matrix_products.hpp"
#include "v2/network/integer_ops.hpp"
#include "v2/network/parameters.hpp"

namespace czip::nn {
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

float logit_of(float sum, double scale) {
  const double logit = std::floor(sum * scale + 0.5);
  return static_cast<float>(std::min(std::max(logit, -double{kLogitBound}), double{kLogitBound}));
}

double scale_of(const Head& head) {
  return std::ldexp(static_cast<double>(head.scale), -kHeadShift);
}

// A row of probabilities, less 1 at the target, to gradients by the sums; returns that by the
// scale, in units of 2^-kHeadShift.
float to_sum_gradients(float* row, const float* sums, std::size_t n, float factor,
                       const Head& head) {
  const float unit = std::ldexp(head.scale, -kHeadShift) * factor;
  float product = 0;
  for (std::size_t i = 0; i < n; ++i) {
    product += row[i] * sums[i];
    row[i] *= unit;
  }
  return product * factor;
}

float bits_of(float log) { return -log / std::log(2.0F); }

}  // namespace

HeadLoss::HeadLoss(const HeadGroups& groups)
    : groups_(&groups),
      sums_(kPart * groups.members.size()),
      logits_(kPart * groups.members.size()) {
  std::size_t largest = 0;
  for (const auto& group : groups.members) largest = std::max(largest, group.size());
  member_sums_.resize(largest);
  member_logits_.resize(largest);
}

std::span<const float> HeadLoss::group_logits(const Head& head, const float* x, std::size_t rows) {
  const std::size_t n = groups_->members.size();
  multiply_transposed({x, rows, head.width}, {head.group_weights, n, head.width}, sums_.data(), n);
  const double scale = scale_of(head);
  for (std::size_t i = 0; i < rows * n; ++i) logits_[i] = logit_of(sums_[i], scale);
  return std::span(logits_).first(rows * n);
}

std::span<const float> HeadLoss::member_logits(const Head& head, const float* x,
                                               std::size_t target) {
  const auto& members = groups_->members[groups_->group_of[target]];
  const double scale = scale_of(head);
  for (std::size_t i = 0; i < members.size(); ++i) {
    const float* weights = head.weights + members[i] * head.width;
    float sum = 0;
    for (std::size_t j = 0; j < head.width; ++j) sum += x[j] * weights[j];
    member_sums_[i] = sum;
    member_logits_[i] = logit_of(sum, scale);
  }
  return std::span(member_logits_).first(members.size());
}

double HeadLoss::forward(const Head& head, const float* x, std::span<const std::uint16_t> targets) {
  const std::size_t n = groups_->members.size();
  double total = 0;
  for (std::size_t first = 0; first < targets.size(); first += kPart) {
    const std::size_t rows = std::min(kPart, targets.size() - first);
    group_logits(head, x + first * head.width, rows);
    for (std::size_t r = 0; r < rows; ++r) {
      const std::uint16_t target = targets[first + r];
      const std::size_t group = groups_->group_of[target];
      const auto members = member_logits(head, x + (first + r) * head.width, target);
      total += bits_of(softmax(&logits_[r * n], n, group) +
                       softmax(member_logits_.data(), members.size(), groups_->place_of[target]));
    }
  }
  return total;
}

// Of one row; dx is added to as well.
double HeadLoss::member_backward(const Head& head, const float* x, std::size_t target, float factor,
                                 float* dx, const HeadGradients& gradients) {
  const auto& members = groups_->members[groups_->group_of[target]];
  if (members.size() == 1) return 0;
  member_logits(head, x, target);
  const std::size_t place = groups_->place_of[target];
  const float bits = bits_of(softmax(member_logits_.data(), members.size(), place));
  member_logits_[place] -= 1;
  *gradients.scale += std::ldexp(
      to_sum_gradients(member_logits_.data(), member_sums_.data(), members.size(), factor, head),
      -kHeadShift);
  for (std::size_t i = 0; i < members.size(); ++i) {
    const float dsum = member_logits_[i];
    const float* weights = head.weights + members[i] * head.width;
    float* dweights = gradients.weights + members[i] * head.width;
    for (std::size_t j = 0; j < head.width; ++j) {
      dx[j] += dsum * weights[j];
      dweights[j] += dsum * x[j];
    }
  }
  return bits;
}

double HeadLoss::backward(const Head& head, const float* x, std::span<const std::uint16_t> targets,
                          float weight, float* dx, const HeadGradients& gradients) {
  const std::size_t n = groups_->members.size();
  const float factor = weight * kLn2Over64;
  double total = 0;
  for (std::size_t first = 0; first < targets.size(); first += kPart) {
    const std::size_t rows = std::min(kPart, targets.size() - first);
    const float* part = x + first * head.width;
    float* dpart = dx + first * head.width;
    group_logits(head, part, rows);
    float by_scale = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      float* row = &logits_[r * n];
      const std::size_t group = groups_->group_of[targets[first + r]];
      total += bits_of(softmax(row, n, group));
      row[group] -= 1;
      by_scale += to_sum_gradients(row, &sums_[r * n], n, factor, head);
    }
    *gradients.scale += std::ldexp(by_scale, -kHeadShift);
    const Matrix dsums(logits_.data(), rows, n);
    multiply(dsums, {head.group_weights, n, head.width}, dpart, head.width);
    transposed_multiply(dsums, {part, rows, head.width}, gradients.group_weights, head.width,
                        Into::add);
    for (std::size_t r = 0; r < rows; ++r)
      total += member_backward(head, part + r * head.width, targets[first + r], factor,
                               dpart + r * head.width, gradients);
  }
  return total;
}

}  // namespace czip::nn
