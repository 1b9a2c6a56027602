// Reports as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/console.hpp"

namespace czip::tool {

// JSON must be UTF-8, which names need not be: what is not becomes U+FFFD.
[[nodiscard]] inline std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// JSON in ASCII, on one line, that can stand in a script element: no text in it can end one.
[[nodiscard]] inline std::string json_for_html(const nlohmann::ordered_json& json) {
  std::string escaped;
  for (const char c : json.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace)) {
    if (c == '<' || c == '>' || c == '&')
      escaped += c == '<' ? "\\u003c" : c == '>' ? "\\u003e" : "\\u0026";
    else
      escaped += c;
  }
  return escaped;
}

// Prints a report.
inline void print_json(Console& console, const nlohmann::ordered_json& report) {
  console.print_json(json_text(report) + "\n");
}

}  // namespace czip::tool
