// The v1 network of the engine signature with a tokenizer: the model of the files that
// `czip selftest` writes.
#pragma once

#include "czip/base/error.hpp"
#include "czip/codec/v1/model.hpp"

namespace czip::tool {

Result<v1::Model> make_selftest_model();

}  // namespace czip::tool
