// Byte strings of tests.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace czip::test {

using Bytes = std::vector<std::uint8_t>;

[[nodiscard]] inline Bytes to_bytes(std::string_view text) { return {text.begin(), text.end()}; }

// Several parts in a row.
[[nodiscard]] inline Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace czip::test
