// Keeps the attention's sums within 32 bits, beyond which compress.zip's dialects differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "czip/training/v1/network_trainer.hpp"
#include "v1/network/parameters.hpp"

namespace czip::v1::training {

// The largest magnitude of a value with which sums over so many positions fit, whatever the text;
// at most 127. Each position adds a value times at most 65535.
[[nodiscard]] std::uint32_t largest_safe_value(std::size_t positions);

// The requantiser of attn.out makes up for values that are smaller than they might be.
[[nodiscard]] std::int32_t attention_output_multiplier(const v1::NetworkShape& shape);

// The values of the first layer depend on their token alone, so what every token gives is all that
// can occur, and it takes no more than scaling down those rows of the weights that give too much.
// Of further layers nothing as useful can be said.
class ValueBound {
 public:
  explicit ValueBound(const v1::NetworkShape& shape);

  // After each step, for the parameters to learn within the bound.
  void apply(Parameters& parameters);

 private:
  void normalize_tokens(const Parameters& parameters);
  // Whether any row had to be.
  bool scale_rows(nn::Parameter& qkv);

  std::size_t width_;
  float limit_;
  std::vector<float> tokens_;       // [vocabulary][D], normalised
  std::vector<float> inverse_rms_;  // [vocabulary]
  std::vector<float> sums_;         // [vocabulary][64]
};

}  // namespace czip::v1::training
