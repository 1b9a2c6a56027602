#include "v2/apm.hpp"

namespace czip::v2 {

std::vector<std::uint16_t> identity_points(std::size_t contexts, const Logistic& logistic) {
  std::vector<std::uint16_t> points(contexts * kApmPoints);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto point = static_cast<std::int32_t>(i % kApmPoints);
    points[i] = static_cast<std::uint16_t>(logistic.squash(point * 128 - kMaxInput - 1));
  }
  return points;
}

}  // namespace czip::v2
