// Little-endian integers in byte buffers, the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace czip {

// Reads sizeof(T) bytes at `p` (any alignment) as a little-endian integer.
template <class T>
[[nodiscard]] constexpr T load_le(const std::uint8_t* p) {
  static_assert(std::is_integral_v<T>);
  using U = std::make_unsigned_t<T>;
  U value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<U>(value | (U{p[i]} << (8 * i)));
  return static_cast<T>(value);
}

// Writes `value` at `p` as sizeof(T) little-endian bytes.
template <class T>
constexpr void store_le(std::uint8_t* p, T value) {
  static_assert(std::is_integral_v<T>);
  const auto bits = static_cast<std::make_unsigned_t<T>>(value);
  for (std::size_t i = 0; i < sizeof(T); ++i) p[i] = static_cast<std::uint8_t>(bits >> (8 * i));
}

}  // namespace czip
