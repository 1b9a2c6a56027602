// Which format a compressed input has.
#pragma once

#include <cstdint>
#include <span>

#include "czip/base/error.hpp"
#include "io/input.hpp"

namespace czip::tool {

enum class FileFormat : std::uint8_t { czip_v1, czip_v2, czip_v2_archive };

// Whether a file that begins with these bytes claims to be compressed, in any format.
[[nodiscard]] bool is_compressed(std::span<const std::uint8_t> first_bytes);
// The same for what may as well be any other file, given v2::kMaxTellingBytes bytes of it or more.
[[nodiscard]] bool begins_compressed_file(std::span<const std::uint8_t> first_bytes);

// Looks at the first bytes, which remain to be read. Errors: corrupt, truncated.
Result<FileFormat> detect_format(Input& input);

}  // namespace czip::tool
