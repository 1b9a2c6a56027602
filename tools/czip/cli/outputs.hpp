// Decides where outputs go, what may be overwritten, and which inputs are removed.
#pragma once

#include <string>

#include "base/errors.hpp"
#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "czip/base/error.hpp"
#include "io/input.hpp"
#include "io/staged_output.hpp"

namespace czip::tool {

// The error that `path` exists and is not overwritten.
[[nodiscard]] Failure already_exists(const std::string& path);

// Checks a file that is written at the end of long work. Error: it is an input or a directory, or
// it exists and may not be replaced.
Status check_output_file(const std::string& path, bool replace);

// Decides where the output of `input` goes. Makes all checks that are possible before the work:
// suffix; overwriting, about which it asks at a terminal; input and output being one file;
// compressed data on a terminal.
Result<OutputPlan> plan_output(const Arguments& arguments, const Input& input);

// With --rm, removes an input whose output is in place. Error: its name now means another file, or
// it changed after it was opened.
Status remove_if_asked(const Arguments& arguments, const Console& console, const Input& input,
                       const OutputPlan& plan);

}  // namespace czip::tool
