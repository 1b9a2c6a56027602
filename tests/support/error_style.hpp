// What every error message of czip must look like.
#pragma once

#include <algorithm>
#include <string_view>

namespace czip::test {

// One line of printable ASCII without a trailing period.
[[nodiscard]] inline bool is_well_styled(std::string_view message) {
  return !message.empty() && message.back() != '.' &&
         std::ranges::all_of(message, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace czip::test
