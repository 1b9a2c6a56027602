// What is said of options that a command does not have.
#pragma once

#include <string>
#include <string_view>

#include "base/errors.hpp"
#include "cli/command.hpp"
#include "czip/base/error.hpp"

namespace czip::tool {

// "; see czip list --help".
[[nodiscard]] std::string see_help(Command command);

// The error that `command` has no option `typed`, such as "--forse" or "-x": what was meant, or
// which commands have it.
[[nodiscard]] Failure unknown_option(Command command, const std::string& typed);

// `czip` has options of all that -z, -d, -t, -l, -a and --repack mean. Error: `command`, which one
// of these chose, does not have the option `name`.
Status check_option_of_mode(Command command, const std::string& name);

}  // namespace czip::tool
