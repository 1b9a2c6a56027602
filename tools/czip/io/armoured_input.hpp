// Inputs that hold a compressed file as text.
#pragma once

#include "czip/base/error.hpp"
#include "io/input.hpp"

namespace czip::tool {

// Where the input is text that stands for a compressed file (armour/armour.hpp), makes it give that
// file instead, and returns true. A regular file is decoded at once, so that it can be read
// anywhere; a pipe while it is read. Errors: those of the input and of ArmourSource.
Result<bool> remove_armour(Input& input);

}  // namespace czip::tool
