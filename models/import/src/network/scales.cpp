#include "czip/import/network/scales.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "czip/base/error.hpp"
#include "czip/engine/integer_math.hpp"
#include "czip/engine/llm/constants.hpp"
#include "czip/import/network/factor.hpp"
#include "czip/import/quantize.hpp"

namespace czip::importer {
namespace {

// round(scale * 2^shift), for a result of at most 24 bits, or 2^24.
std::uint32_t fixed(const RealScale& scale, int shift) {
  constexpr int kLongest = 62;
  const int up = scale.exponent + shift;
  if (scale.mantissa == 0) return 0;
  if (up >= 0) return static_cast<std::uint32_t>(scale.mantissa << up);
  return static_cast<std::uint32_t>(
      shift_right_rne(static_cast<std::int64_t>(scale.mantissa), std::min(-up, kLongest)));
}

}  // namespace

RealScale real_scale(const RowScale& scale, const Factor& factor) {
  return {scale.mantissa * factor.mantissa, scale.exponent + factor.exponent};
}

Result<FixedScales> fixed_scales(std::span<const RealScale> scales, int least, int most,
                                 std::string_view subject) {
  constexpr int kBits = 24;
  int shift = most;
  for (const RealScale& scale : scales) {
    if (scale.mantissa == 0) continue;
    const int width = static_cast<int>(std::bit_width(scale.mantissa)) + scale.exponent;
    shift = std::min(shift, kBits - width);
  }
  const auto too_large = [&](const RealScale& scale) {
    return fixed(scale, shift) > llm::kMaxScale;
  };
  if (std::ranges::any_of(scales, too_large)) --shift;  // rounded up to 2^24
  if (shift < least)
    return fail(ErrorCode::unsupported,
                std::string(subject) + " has numbers that are beyond czip's range");
  FixedScales result{.scales = {}, .shift = static_cast<std::uint8_t>(shift)};
  result.scales.reserve(scales.size());
  for (const RealScale& scale : scales) result.scales.push_back(fixed(scale, shift));
  return result;
}

}  // namespace czip::importer
