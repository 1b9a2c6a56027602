// The two-level head (Goodman 2001) of a czip-model-v2 network and the code length of the tokens
// that follow, with gradients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "v2/network/head_groups.hpp"
#include "v2/network/norm.hpp"

namespace czip::v2::training {

struct Head {
  std::size_t width;
  const float* group_weights;  // [groups][width]
  const float* weights;        // [vocabulary][width]
  float scale;                 // the integer multiplier
};

struct HeadGradients {
  float* group_weights;
  float* weights;
  float* scale;
};

class HeadLoss {
 public:
  // `groups` must outlive this.
  HeadLoss(const HeadGroups& groups, const KernelTables& tables);

  // The code length in bits of `targets` after the rows of `x`, [targets][width].
  double forward(const Head& head, const float* x, std::span<const std::uint16_t> targets);
  // The same, with gradients of the code length in nats, times `weight`: replaces dx and adds to
  // the others.
  double backward(const Head& head, const float* x, std::span<const std::uint16_t> targets,
                  float weight, float* dx, const HeadGradients& gradients);

  // The groups' logits after each row of `x`; at most kBatch rows.
  std::span<const float> group_logits(const Head& head, const float* x, std::size_t rows);
  // The logits of the members of the target's group, after one row of `x`.
  std::span<const float> member_logits(const Head& head, const float* x, std::size_t target);

  static constexpr std::size_t kBatch = 256;  // rows at a time

 private:
  double groups_backward(const Head& head, const float* x, std::span<const std::uint16_t> targets,
                         float factor, float* dx, const HeadGradients& gradients);
  double member_backward(const Head& head, const float* x, std::size_t target, float factor,
                         float* dx, const HeadGradients& gradients);

  const HeadGroups* groups_;
  KernelTables tables_;
  std::vector<float> sums_;           // [kBatch][groups]
  std::vector<float> logits_;         // [kBatch][groups]
  std::vector<float> member_sums_;    // of the largest group
  std::vector<float> member_logits_;  // of the largest group
};

}  // namespace czip::v2::training
