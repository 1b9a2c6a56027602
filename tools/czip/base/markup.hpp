// Text in HTML and SVG.
#pragma once

#include <string>
#include <string_view>

namespace czip::tool {

// `text` as HTML or XML, also within an attribute's quotation marks. What is not printable is
// escaped (base/text.hpp).
[[nodiscard]] std::string html_text(std::string_view text);

}  // namespace czip::tool
