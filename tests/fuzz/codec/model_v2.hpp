// The model that the targets of CZIPv2 know: the tiny one, with a network and a language model.
#pragma once

#include "czip/codec/v2/model.hpp"
#include "support/bytes.hpp"

namespace czip::test {

[[nodiscard]] const Bytes& fuzz_model_file_v2();
[[nodiscard]] const v2::Model& fuzz_model_v2();

}  // namespace czip::test
