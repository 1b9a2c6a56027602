// Mends the checks and hashes of a CZIPv2 file whose bytes were changed, so that what they guard is
// reached.
#pragma once

#include "czip/codec/v2/model.hpp"
#include "support/bytes.hpp"

namespace czip::test {

enum class Reseal {
  checks,  // of headers, payloads and trailers; other fields stay as they are
  all,     // also hashes of texts, final ranges, seek tables and lengths
};

// Stops where a frame cannot be followed. Claims of long texts are made smaller, to stay quick.
[[nodiscard]] Bytes resealed_frames(Bytes file, Reseal how, const v2::Model& model);

}  // namespace czip::test
