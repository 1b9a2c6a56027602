#include "v2/network/head_loss.hpp"

#include <algorithm>
#include <cmath>

#include "czip/engine/v2/functions.hpp"
#include "nn/matrix_products.hpp"
#include "v2/network/kernels.hpp"

namespace czip::v2::training {
namespace {

using nn::Into;
using nn::Matrix;

constexpr float kLn2 = 0.6931471805599453F;

double scale_of(const Head& head) {
  return std::ldexp(static_cast<double>(head.scale), -kLogitShift);
}

float bits_of(float log) { return -log / kLn2; }

}  // namespace

HeadLoss::HeadLoss(const HeadGroups& groups, const KernelTables& tables)
    : groups_(&groups),
      tables_(tables),
      sums_(kBatch * groups.members.size()),
      logits_(kBatch * groups.members.size()) {
  std::size_t largest = 0;
  for (const auto& group : groups.members) largest = std::max(largest, group.size());
  member_sums_.resize(largest);
  member_logits_.resize(largest);
}

std::span<const float> HeadLoss::group_logits(const Head& head, const float* x, std::size_t rows) {
  const std::size_t n = groups_->members.size();
  nn::multiply_transposed({x, rows, head.width}, {head.group_weights, n, head.width}, sums_.data(),
                          n);
  tables_.own->logits(rows * n, scale_of(head), sums_.data(), logits_.data());
  return std::span(logits_).first(rows * n);
}

std::span<const float> HeadLoss::member_logits(const Head& head, const float* x,
                                               std::size_t target) {
  const auto& members = groups_->members[groups_->group_of[target]];
  for (std::size_t i = 0; i < members.size(); ++i)
    member_sums_[i] = tables_.shared->dot(x, head.weights + members[i] * head.width, head.width);
  tables_.own->logits(members.size(), scale_of(head), member_sums_.data(), member_logits_.data());
  return std::span(member_logits_).first(members.size());
}

double HeadLoss::forward(const Head& head, const float* x, std::span<const std::uint16_t> targets) {
  const std::size_t n = groups_->members.size();
  double total = 0;
  for (std::size_t first = 0; first < targets.size(); first += kBatch) {
    const std::size_t rows = std::min(kBatch, targets.size() - first);
    group_logits(head, x + first * head.width, rows);
    for (std::size_t r = 0; r < rows; ++r) {
      const std::uint16_t target = targets[first + r];
      const std::size_t group = groups_->group_of[target];
      const auto members = member_logits(head, x + (first + r) * head.width, target);
      total += bits_of(
          tables_.own->softmax(n, group, &logits_[r * n]) +
          tables_.own->softmax(members.size(), groups_->place_of[target], member_logits_.data()));
    }
  }
  return total;
}

// Handles at most kBatch rows, and replaces dx.
double HeadLoss::groups_backward(const Head& head, const float* x,
                                 std::span<const std::uint16_t> targets, float factor, float* dx,
                                 const HeadGradients& gradients) {
  const std::size_t n = groups_->members.size();
  const std::size_t rows = targets.size();
  group_logits(head, x, rows);
  double bits = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    float* row = &logits_[r * n];
    const std::size_t group = groups_->group_of[targets[r]];
    bits += bits_of(tables_.own->softmax(n, group, row));
    row[group] -= 1;
  }
  // The gradients of the logits give those of the sums and of the scale.
  const float product = tables_.shared->dot(logits_.data(), sums_.data(), rows * n);
  *gradients.scale += std::ldexp(product * factor, -kLogitShift);
  tables_.shared->combine(static_cast<float>(scale_of(head)) * factor, logits_.data(), 0,
                          logits_.data(), rows * n, logits_.data());
  const Matrix dsums(logits_.data(), rows, n);
  nn::multiply(dsums, {head.group_weights, n, head.width}, dx, head.width);
  nn::transposed_multiply(dsums, {x, rows, head.width}, gradients.group_weights, head.width,
                          Into::add);
  return bits;
}

// Handles one row, and adds to dx as well.
double HeadLoss::member_backward(const Head& head, const float* x, std::size_t target, float factor,
                                 float* dx, const HeadGradients& gradients) {
  const auto& members = groups_->members[groups_->group_of[target]];
  const std::size_t n = members.size();
  if (n == 1) return 0;
  member_logits(head, x, target);
  const std::size_t place = groups_->place_of[target];
  const float bits = bits_of(tables_.own->softmax(n, place, member_logits_.data()));
  member_logits_[place] -= 1;
  const float product = tables_.shared->dot(member_logits_.data(), member_sums_.data(), n);
  *gradients.scale += std::ldexp(product * factor, -kLogitShift);
  const float unit = static_cast<float>(scale_of(head)) * factor;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t row = members[i] * head.width;
    const float dsum = member_logits_[i] * unit;
    tables_.shared->add_scaled(dsum, head.weights + row, head.width, dx);
    tables_.shared->add_scaled(dsum, x, head.width, gradients.weights + row);
  }
  return bits;
}

double HeadLoss::backward(const Head& head, const float* x, std::span<const std::uint16_t> targets,
                          float weight, float* dx, const HeadGradients& gradients) {
  const float factor = weight * kLn2Over64;
  double total = 0;
  for (std::size_t first = 0; first < targets.size(); first += kBatch) {
    const std::size_t rows = std::min(kBatch, targets.size() - first);
    const float* batch = x + first * head.width;
    float* dbatch = dx + first * head.width;
    total += groups_backward(head, batch, targets.subspan(first, rows), factor, dbatch, gradients);
    for (std::size_t r = 0; r < rows; ++r)
      total += member_backward(head, batch + r * head.width, targets[first + r], factor,
                               dbatch + r * head.width, gradients);
  }
  return total;
}

}  // namespace czip::v2::training
