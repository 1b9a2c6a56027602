// czip-v2-container.md: a whole file.
#pragma once

#include "bytes.hpp"
#include "model.hpp"

namespace reference {

// The text of a CZIPv2 file; of an archive, its tar stream. Throws Refused.
Bytes decode_file(const Model& model, const Bytes& file);

}  // namespace reference
