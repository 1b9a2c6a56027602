// Decimal numbers, as JSON has them, rounded to the formats of IEEE 754 in integers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace czip::importer {

// The bits of the single-precision number nearest to a decimal number such as "1e-05" or "-10.25",
// ties to even; exact for subnormal numbers, too. Nothing for any other text, for more than 19
// digits without zeros around them, and for what rounds to infinity.
[[nodiscard]] std::optional<std::uint32_t> f32_of_decimal(std::string_view text);

}  // namespace czip::importer
