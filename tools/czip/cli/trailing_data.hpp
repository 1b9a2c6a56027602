// What the commands say about bytes after the end of a compressed file.
#pragma once

#include <string_view>

#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/io/trailing_data.hpp"

namespace czip::tool {

// Padding is told with -v, damaged recovery data are a warning and for `test` an error. Error:
// other bytes follow. The text is whole all the same, so this is called after it has been put in
// its place.
Status check_trailing_data(const Session& session, std::string_view label,
                           const TrailingData& trailing);

}  // namespace czip::tool
