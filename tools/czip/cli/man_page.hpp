// The manual page, from the pages of the help and the option table.
#pragma once

#include <string>

namespace czip::tool {

// czip(1), in the macros of man(7).
[[nodiscard]] std::string man_page();

}  // namespace czip::tool
