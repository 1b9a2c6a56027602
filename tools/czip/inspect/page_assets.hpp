// The page's style and script: page.css and page.js.
#pragma once

#include <string_view>

namespace czip::tool {

[[nodiscard]] std::string_view page_style();
[[nodiscard]] std::string_view page_script();

}  // namespace czip::tool
