// How often the coding of a block is reported.
#pragma once

#include <cstddef>

namespace czip::v2 {

// Steps between two reports, each of one token of every stream: fractions of a second even with a
// network, and so many that reports take no time.
inline constexpr std::size_t kReportSteps = 256;

}  // namespace czip::v2
