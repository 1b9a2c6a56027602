// czip-v2-container.md: a whole file.
#pragma once

#include "bytes.hpp"
#include "model.hpp"

namespace reference {

// Returns the text of a CZIPv2 file; for an archive, its tar stream. Throws Refused.
Bytes decode_file(const Model& model, const Bytes& file);

}  // namespace reference
