// What --help, --version and czip help print.
#pragma once

#include <span>
#include <string>

#include "cli/command.hpp"
#include "czip/base/error.hpp"

namespace czip::tool {

// `czip --help` and `czip COMMAND --help`.
[[nodiscard]] std::string help_text(Command command);
[[nodiscard]] std::string version_text();

// `czip help WORD...`: a command, a topic, an option; --man, --man COMMAND and --completion SHELL
// give the files that are installed for man(1) and shells. Error: it is nothing of these.
Result<std::string> help_on(std::span<const std::string> words);

}  // namespace czip::tool
