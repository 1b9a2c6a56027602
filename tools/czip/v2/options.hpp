// Translates the arguments into options of CZIPv2's codec.
#pragma once

#include "cli/session.hpp"
#include "czip/codec/v2/codec.hpp"

namespace czip::tool {

[[nodiscard]] v2::EncodeOptions encode_options_v2(const Session& session);
[[nodiscard]] v2::DecodeOptions decode_options_v2(const Session& session);

}  // namespace czip::tool
