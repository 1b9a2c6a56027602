// czip-recurrent-v2.md: a model's recurrent network.
#pragma once

#include <cstdint>
#include <vector>

#include "tensors.hpp"

namespace reference {

// The state of one stream.
struct RecurrentStream {
  std::vector<std::int32_t> states;  // empty before the first step
  std::vector<std::int32_t> hidden;
};

class Recurrent {
 public:
  Recurrent(Tensors& tensors, std::size_t vocabulary);

  void step(RecurrentStream& stream, std::size_t rank) const;
  // The logit of a 1 at a node, 8 fractional bits. The stream must have made a step.
  [[nodiscard]] std::int32_t logit(const RecurrentStream& stream, std::size_t split) const;

 private:
  std::size_t states_ = 0, hidden_ = 0;
  std::vector<std::int16_t> update_, input_, state_gain_, weight_scale_, node_scale_, node_bias_;
  std::vector<std::int8_t> weights_, embedding_, nodes_;
};

}  // namespace reference
