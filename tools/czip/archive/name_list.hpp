// Names that a file lists.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "czip/base/error.hpp"

namespace czip::tool {

// The names in the file of --files-from: lines, or where it has zero bytes, what they end. "-" is
// standard input. Empty without the option. Error: io, over_limit.
Result<std::vector<std::string>> listed_names(const Arguments& arguments);

}  // namespace czip::tool
