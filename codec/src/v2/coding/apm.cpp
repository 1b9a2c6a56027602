#include "czip/codec/v2/coding/apm.hpp"

namespace czip::v2 {

void set_identity(std::span<std::uint16_t> points, const Logistic& logistic) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto point = static_cast<std::int32_t>(i % kApmPoints);
    points[i] = static_cast<std::uint16_t>(logistic.squash(point * kApmStep - kMaxInput - 1));
  }
}

}  // namespace czip::v2
