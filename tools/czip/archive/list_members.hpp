// Lists the members of archives.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "archive/archive_view.hpp"

namespace czip::tool {

// A line of the table: permissions, size, time, name.
[[nodiscard]] std::string member_row(const PlacedMember& placed);
[[nodiscard]] std::string member_heading();
[[nodiscard]] nlohmann::ordered_json member_json(const PlacedMember& placed);

}  // namespace czip::tool
