// Pieces of text for messages and reports.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace czip::tool {

// printf into a string.
[[gnu::format(printf, 1, 2)]] [[nodiscard]] std::string format(const char* pattern, ...);

// 1234567 as "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t number);

// `text` on one line, so that it cannot steer a terminal or look like something else: control
// characters and bytes that are not UTF-8 become \xNN; invisible characters and those that change
// the direction of the text become \uNNNN. What is printable already stays as it is.
[[nodiscard]] std::string printable(std::string_view text);
// The same for a report of several lines: newlines stay.
[[nodiscard]] std::string printable_lines(std::string_view text);
// The same for a text: newlines and tabs stay.
[[nodiscard]] std::string printable_text(std::string_view text);
// The same for JSON, whose strings have escapes of their own. `json` must be UTF-8.
[[nodiscard]] std::string printable_json(std::string_view json);

// part / whole in percent; 0 when whole is 0.
[[nodiscard]] double percent(std::uint64_t part, std::uint64_t whole);

// amount / seconds; 0 when no time was measured.
[[nodiscard]] double per_second(std::uint64_t amount, double seconds);

[[nodiscard]] inline double seconds(std::uint64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / 1e9;
}

// "340 B/s", "12 kB/s".
[[nodiscard]] std::string speed_text(double bytes_per_second);

}  // namespace czip::tool
