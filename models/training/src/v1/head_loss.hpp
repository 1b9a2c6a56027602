// The head of a czip-model-v1 network and the code length of the tokens that follow, with
// gradients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "v1/kernels.hpp"

namespace czip::v1::training {

struct Head {
  std::size_t vocabulary, width;
  const float* weights;  // [vocabulary][width]
};

class HeadLoss {
 public:
  HeadLoss(std::size_t vocabulary, const Kernels& kernels);

  // The code length in bits of `targets` after the rows of `x`, [targets][width]. As in the coder,
  // no probability is below 2^-16 of the largest.
  double forward(const Head& head, const float* x, std::span<const std::uint16_t> targets);
  // The same, with gradients of the code length in nats, times `weight`: replaces dx and adds to
  // dweights.
  double backward(const Head& head, const float* x, std::span<const std::uint16_t> targets,
                  float weight, float* dx, float* dweights);

  // The logits after each row of `x`; at most kBatch rows.
  std::span<const float> logits(const Head& head, const float* x, std::size_t rows);

  static constexpr std::size_t kBatch = 128;  // rows at a time

 private:
  const Kernels* kernels_;
  std::vector<float> logits_;  // [kBatch][vocabulary]
};

}  // namespace czip::v1::training
