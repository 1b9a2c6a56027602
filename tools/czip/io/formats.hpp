// Which format a compressed input has.
#pragma once

#include <cstdint>

#include "czip/base/error.hpp"
#include "io/input.hpp"

namespace czip::tool {

enum class FileFormat : std::uint8_t { czip_v1, czip_v2, czip_v2_archive };

// Looks at the first bytes, which remain to be read. Errors: corrupt, truncated.
Result<FileFormat> detect_format(Input& input);

}  // namespace czip::tool
