#include "v1/rotary.hpp"

#include <algorithm>
#include <cmath>

#include "czip/engine/v1/constants.hpp"

namespace czip::v1::training {
namespace {

std::int16_t q15(double x) {
  return static_cast<std::int16_t>(std::min(32767L, std::lround(32768 * x)));
}

}  // namespace

RotaryTables::RotaryTables(std::size_t positions) {
  for (std::size_t position = 0; position < positions; ++position) {
    for (std::size_t pair = 0; pair < kRopePairs; ++pair) {
      const double frequency = std::pow(kRotaryTheta, -static_cast<double>(pair) / kRopePairs);
      const double angle = static_cast<double>(position) * frequency;
      cosines.push_back(q15(std::cos(angle)));
      sines.push_back(q15(std::sin(angle)));
    }
  }
}

}  // namespace czip::v1::training
