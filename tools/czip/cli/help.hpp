// What --help and --version print.
#pragma once

#include <string>

#include "cli/command.hpp"

namespace czip::tool {

// `czip --help` and `czip COMMAND --help`.
[[nodiscard]] std::string help_text(Command command);
[[nodiscard]] std::string version_text();

}  // namespace czip::tool
