// A text that the mixer learns from.
#pragma once

#include <cstdint>
#include <vector>

namespace czip::v2::training {

struct MixerText {
  std::vector<std::uint16_t> ranks;
  std::uint64_t bytes = 0;
};

}  // namespace czip::v2::training
