// Turns the names on the command line into the inputs of a command.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "io/input.hpp"

namespace czip::tool {

inline constexpr std::string_view kSuffix = ".czip";

// Whether a name ends in ".czip" and has something in front of it.
[[nodiscard]] bool has_suffix(const std::string& name);

// The names of all inputs. With -r, a directory becomes the files in it that the command applies
// to, sorted. `status` collects the failures.
std::vector<std::string> expand_directories(const Arguments& arguments, const Console& console,
                                            ExitStatus& status);

// How inputs are opened. Links and devices are allowed only where no output is put beside them.
[[nodiscard]] InputRules input_rules(const Arguments& arguments);

// Warns if a file changed while `taken` bytes of it were read.
void warn_of_change(const Console& console, const Input& input, std::uint64_t taken);

// Opens each input, calls `handle` and reports failures. Returns the most severe status.
ExitStatus for_each_input(Session& session, const std::vector<std::string>& names,
                          const std::function<Status(Input&)>& handle);

}  // namespace czip::tool
