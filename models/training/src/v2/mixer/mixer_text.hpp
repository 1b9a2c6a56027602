// A text that the mixer learns from.
#pragma once

#include <cstdint>
#include <vector>

namespace czip::v2::training {

struct MixerText {
  std::vector<std::uint16_t> ranks;
  std::uint64_t bytes = 0;
  // With a network: log2 of its streams, and its inputs to the mixer, one for each decision in the
  // order of coding. Without one: 0 and empty.
  std::uint8_t streams_log2 = 0;
  std::vector<std::int16_t> network_inputs;
};

}  // namespace czip::v2::training
