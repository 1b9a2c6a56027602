// Keeps the attention's sums within 32 bits, beyond which compress.zip's dialects differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "czip/training/v1/model_trainer.hpp"
#include "nn/linear.hpp"
#include "v1/norm.hpp"
#include "v1/parameters.hpp"

namespace czip::v1::training {

// The largest magnitude of a value, at most 127, with which the sums over so many positions fit for
// every text. Each position adds a value times at most 65535.
[[nodiscard]] std::uint32_t largest_safe_value(std::size_t positions);

// The requantization of attn.out makes up for the smaller values.
[[nodiscard]] std::int32_t attention_output_multiplier(const NetworkShape& shape);

// A value of the first layer depends on its token alone, so all values that can occur are known,
// and it is enough to scale down the rows of weights that give too large ones. Nothing as useful is
// known about further layers.
class ValueBound {
 public:
  explicit ValueBound(const NetworkShape& shape);

  // Must be called after each step, so that the parameters are trained within the bound.
  void apply(Parameters& parameters);

 private:
  void normalize_tokens(const Parameters& parameters);
  // Returns whether any row was too large.
  bool scale_rows(nn::Parameter& qkv);

  KernelTables tables_{nn::best_isa()};
  std::size_t width_;
  float limit_;
  nn::NormActivations tokens_;  // [vocabulary][D]
  std::vector<float> sums_;     // [vocabulary][64]
};

}  // namespace czip::v1::training
