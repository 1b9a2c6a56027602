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

// Prints a report.
inline void print_json(Console& console, const nlohmann::ordered_json& report) {
  console.print_json(json_text(report) + "\n");
}

}  // namespace czip::tool
