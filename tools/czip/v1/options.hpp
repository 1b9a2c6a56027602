// Translates the arguments into options of CZIPv1's codec.
#pragma once

#include "cli/session.hpp"
#include "czip/codec/v1/codec.hpp"

namespace czip::tool {

[[nodiscard]] v1::EncodeOptions encode_options_v1(const Session& session);
[[nodiscard]] v1::DecodeOptions decode_options_v1(const Session& session);

}  // namespace czip::tool
