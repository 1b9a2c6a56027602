// From the names on the command line to inputs and outputs: directories, suffixes, what may be
// overwritten.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "czip/base/error.hpp"
#include "io/file_io.hpp"
#include "io/staged_output.hpp"

namespace czip::tool {

inline constexpr std::string_view kSuffix = ".czip";

[[nodiscard]] bool has_suffix(const std::string& name);

// The inputs to handle: with -r, the files in directories that `command` applies to, sorted, in
// place of the directories. `status` collects what went wrong on the way.
std::vector<std::string> expand_directories(const Arguments& arguments, const Console& console,
                                            ExitStatus& status);

// Says that a file is there and is not to be overwritten.
tl::unexpected<Error> left_alone(const std::string& path);

// How inputs are opened: links and devices only where nothing is put beside them.
[[nodiscard]] InputRules input_rules(const Arguments& arguments);

// Where the output of `input` goes, with all checks that can be made before the work: suffix,
// overwriting (asks where someone can answer), input and output the same file, compressed data on a
// terminal.
Result<OutputPlan> plan_output(const Arguments& arguments, const Input& input);

// With --rm, removes an input whose output is in place, unless its name means another file by now
// or it has changed since it was opened.
Status remove_if_asked(const Arguments& arguments, const Console& console, const Input& input,
                       const OutputPlan& plan);

}  // namespace czip::tool
