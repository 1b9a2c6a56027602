// Refuses combinations of arguments that mean nothing or would lose data.
#pragma once

#include "cli/arguments.hpp"
#include "czip/base/error.hpp"

namespace czip::tool {

Status check_arguments(const Arguments& arguments);

}  // namespace czip::tool
