// What the signature is made of: values in little-endian byte order, hashed with XXH3-64.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "czip/base/little_endian.hpp"

namespace czip::signature {

class Hasher {
 public:
  Hasher();
  ~Hasher();

  void add_bytes(std::span<const std::uint8_t> bytes);

  template <std::integral T>
  void add(T value) {
    std::array<std::uint8_t, sizeof(T)> bytes{};
    store_le(bytes.data(), value);
    add_bytes(bytes);
  }
  template <std::integral T>
  void add(std::span<const T> values) {
    for (const T value : values) add(value);
  }

  [[nodiscard]] std::uint64_t value() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace czip::signature
