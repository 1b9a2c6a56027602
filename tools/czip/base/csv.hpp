// Comma-separated values (RFC 4180).
#pragma once

#include <string>
#include <string_view>

namespace czip::tool {

// A field with a text, in quotation marks that belong to it, so that no spreadsheet takes it for a
// formula. What is not printable is escaped (base/text.hpp).
[[nodiscard]] std::string csv_text(std::string_view bytes);

}  // namespace czip::tool
