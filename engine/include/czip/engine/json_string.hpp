// A text as JSON writes it. Files of JSON are written piece by piece with it: an object that
// nlohmann's library builds does not survive a lack of memory.
#pragma once

#include <string>

namespace czip {

// With quotes. What is not UTF-8 becomes U+FFFD.
[[nodiscard]] std::string json_string(const std::string& text);

}  // namespace czip
