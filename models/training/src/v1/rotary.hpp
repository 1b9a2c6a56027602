// The tables of the rotary position embedding (Su et al. 2021) of czip-model-v1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace czip::v1::training {

inline constexpr double kRotaryTheta = 10000;

// The tables as the model file holds them: [positions][32], Q15.
struct RotaryTables {
  explicit RotaryTables(std::size_t positions);
  std::vector<std::int16_t> cosines, sines;
};

}  // namespace czip::v1::training
