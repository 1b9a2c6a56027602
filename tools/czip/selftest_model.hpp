// A small model made of fixed pseudo-random integers: the subject of `czip selftest`. No float
// takes part, so every machine builds the same one.
#pragma once

#include "czip/base/error.hpp"
#include "czip/codec/coding_model.hpp"

namespace czip::tool {

Result<CodingModel> make_selftest_model();

}  // namespace czip::tool
