// A small model made of fixed pseudo-random integers: the subject of `czip selftest`. No float
// takes part, so every machine builds the same one.
#pragma once

#include "czip/base/error.hpp"
#include "czip/codec/v1/model.hpp"

namespace czip::tool {

Result<v1::Model> make_selftest_model();

}  // namespace czip::tool
