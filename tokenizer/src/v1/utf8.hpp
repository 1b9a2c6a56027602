// UTF-8 as the Unicode standard defines it: no overlong forms, no surrogates, at most U+10FFFF.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace czip::v1 {

// Length of the longest prefix of `text` that is well-formed UTF-8 and ends between two characters.
std::size_t valid_utf8_prefix(std::string_view text);

// The bytes that a string of code points 0..255 stands for, one byte for each code point; nothing
// if `text` has another code point or is not UTF-8.
std::optional<std::string> bytes_from_code_points(std::string_view text);

}  // namespace czip::v1
