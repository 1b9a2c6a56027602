#include "base/csv.hpp"

#include "base/text.hpp"

namespace czip::tool {

std::string csv_text(std::string_view bytes) {
  std::string field = "\"\"\"";
  for (const char c : printable(bytes)) {
    field += c;
    if (c == '"') field += c;
  }
  return field + "\"\"\"";
}

}  // namespace czip::tool
