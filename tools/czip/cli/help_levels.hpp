// The help page "levels": a table of what the codec does at each level.
#pragma once

#include <string_view>

namespace czip::tool {

// The text lives as long as the program.
[[nodiscard]] std::string_view help_of_levels();

}  // namespace czip::tool
