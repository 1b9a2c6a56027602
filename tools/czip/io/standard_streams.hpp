// Standard input, output and error, which the caller may have closed.
#pragma once

#include "czip/base/error.hpp"
#include "io/descriptor.hpp"

namespace czip::tool {

// Fills closed standard descriptors, so that no file opened later becomes one of them, with what
// can be neither read as input nor written as output: using a closed stream is an error.
void fill_standard_descriptors();

// Duplicates of standard input and output. Error: it was closed, or is open for the other direction
// only.
Result<Descriptor> standard_input();
Result<Descriptor> standard_output();

}  // namespace czip::tool
