// Reports as JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "cli/console.hpp"

namespace czip::tool {

// Prints a report. JSON must be UTF-8, which names need not be: what is not becomes U+FFFD.
inline void print_json(Console& console, const nlohmann::ordered_json& report) {
  using Json = nlohmann::ordered_json;
  console.print_json(report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace czip::tool
