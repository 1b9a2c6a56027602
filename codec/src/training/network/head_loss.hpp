// The network's head and the code length of the tokens that follow, with gradients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace czip::network {

struct Head {
  std::size_t vocabulary, width;
  const float* weights;  // [vocabulary][width]
  float scale;           // the multiplier, an integer
};

class HeadLoss {
 public:
  explicit HeadLoss(std::size_t vocabulary);

  // Bits that `targets` take after the rows of `x`, [targets][width].
  double forward(const Head& head, const float* x, std::span<const std::uint16_t> targets,
                 std::span<float> bits);
  // The same, with gradients of the sum of natural logarithms times `weight`: dx is replaced,
  // dweights and dscale are added to.
  double backward(const Head& head, const float* x, std::span<const std::uint16_t> targets,
                  float weight, float* dx, float* dweights, float& dscale);

  // The logits of the rows of `x`, of which there are at most kPart.
  std::span<const float> logits(const Head& head, const float* x, std::size_t rows);

  static constexpr std::size_t kPart = 128;  // rows at a time

 private:
  std::vector<float> sums_;    // [kPart][vocabulary]
  std::vector<float> logits_;  // [kPart][vocabulary]
};

}  // namespace czip::network
