// The scales of a matrix as a czip-llm-v1 network has them: integers of 24 bits and one shift
// (conformance/czip-network-llm.md, section 5).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/import/network/factor.hpp"
#include "czip/import/quantize.hpp"

namespace czip::importer {

// mantissa * 2^exponent, of a mantissa below 2^56: a row's scale times its constants.
struct RealScale {
  std::uint64_t mantissa = 0;
  int exponent = 0;
};
[[nodiscard]] RealScale real_scale(const RowScale& scale, const Factor& factor);

struct FixedScales {
  std::vector<std::uint32_t> scales;
  std::uint8_t shift = 0;
};

// round(scale * 2^shift), ties to even, with the largest shift of at most `most` for which none
// exceeds 2^24 - 1. Error unsupported, with `subject` ("matrix 'x'") in front: it is below `least`.
Result<FixedScales> fixed_scales(std::span<const RealScale> scales, int least, int most,
                                 std::string_view subject);

}  // namespace czip::importer
