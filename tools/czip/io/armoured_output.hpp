// Outputs that hold a compressed file as text.
#pragma once

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"

namespace czip::tool {

// Writes the content of the file `data` to `text` as an armour (armour/armour.hpp). Errors: those
// of reading and of the sink.
Status write_armour(int data, ByteSink& text);

// Error internal: the armour in the file `text` does not stand for the content of `data`.
Status check_armour(int data, int text);

}  // namespace czip::tool
