#include "czip/codec/v2/coding/apm.hpp"

#include <array>

namespace czip::v2 {

void set_identity(std::span<std::uint16_t> points, const Logistic& logistic) {
  std::array<std::uint16_t, kApmPoints> identity{};
  for (std::size_t i = 0; i < kApmPoints; ++i) {
    const std::int32_t stretched = static_cast<std::int32_t>(i) * kApmStep - kMaxInput - 1;
    identity[i] = static_cast<std::uint16_t>(logistic.squash(stretched));
  }
  for (; !points.empty(); points = points.subspan(kApmPoints)) {
    std::copy(identity.begin(), identity.end(), points.begin());
  }
}

}  // namespace czip::v2
