// The three dialects of CZIPv1: public implementations of the format that differ in rare cases.
// Source: the format's specification, section 8 (conformance/czip-v1.md).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace czip::v1 {

enum class Dialect : std::uint8_t {
  rust,    // attention accumulator in 32 bits, modulo 2^32; inverse RMS rounded half to even
  i64,     // attention accumulator in 64 bits
  python,  // as i64, and the inverse RMS rounds up when the remainder equals floor(divisor / 2)
};

// In the order in which a reader tries them.
inline constexpr std::array kDialects{Dialect::rust, Dialect::i64, Dialect::python};

[[nodiscard]] constexpr std::string_view dialect_name(Dialect dialect) {
  switch (dialect) {
    case Dialect::rust:
      return "rust";
    case Dialect::i64:
      return "i64";
    case Dialect::python:
      return "python";
  }
  return "?";
}

[[nodiscard]] constexpr std::optional<Dialect> parse_dialect(std::string_view name) {
  for (const Dialect dialect : kDialects)
    if (dialect_name(dialect) == name) return dialect;
  return std::nullopt;
}

// True where the attention accumulator wraps modulo 2^32.
[[nodiscard]] constexpr bool accumulator_wraps(Dialect dialect) { return dialect == Dialect::rust; }

}  // namespace czip::v1
