// czip-v2-container.md: a whole file.
#pragma once

#include "block.hpp"
#include "bytes.hpp"
#include "model.hpp"

namespace reference {

struct DecodedFile {
  Bytes text;              // for an archive, its tar stream
  bool ends_well = false;  // nothing but zeros follows the last frame
};

// Decodes a CZIPv2 file. Throws Refused.
DecodedFile decode_file(const Model& model, const Bytes& file, Observer* observer = nullptr);

}  // namespace reference
