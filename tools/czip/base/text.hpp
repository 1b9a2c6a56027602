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

// `name` with control characters as \xNN: it stays on one line and cannot steer a terminal.
[[nodiscard]] std::string printable(std::string_view name);

// part / whole in percent; 0 when whole is 0.
[[nodiscard]] double percent(std::uint64_t part, std::uint64_t whole);

// amount / seconds; 0 when no time was measured.
[[nodiscard]] double per_second(std::uint64_t amount, double seconds);

[[nodiscard]] inline double seconds(std::uint64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / 1e9;
}

}  // namespace czip::tool
