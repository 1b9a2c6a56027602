// The manual pages, from the pages of the help and the option table.
#pragma once

#include <string>

#include "cli/command.hpp"

namespace czip::tool {

// The page of a command, czip-COMMAND(1), or of czip without one, czip(1), in the macros of man(7).
[[nodiscard]] std::string man_page(Command command);

}  // namespace czip::tool
