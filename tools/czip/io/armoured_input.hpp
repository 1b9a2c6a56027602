// Inputs that hold a compressed file as text.
#pragma once

#include <cstdint>

#include "czip/base/error.hpp"
#include "io/input.hpp"

namespace czip::tool {

enum class ArmourPlace : std::uint8_t {
  anywhere,  // other text may stand before it
  start,     // an input that begins with other text is that text, which may quote an armour
};

// Where the input is text that stands for a compressed file (armour/armour.hpp), makes it give that
// file instead, and returns true. A regular file is decoded at once, so that it can be read
// anywhere; a pipe while it is read. Errors: those of the input and of ArmourSource.
Result<bool> remove_armour(Input& input, ArmourPlace place = ArmourPlace::anywhere);

}  // namespace czip::tool
