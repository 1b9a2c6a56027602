// The hashes of the container: XXH3 (Collet), whose values are the same on every machine.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "czip/base/hash128.hpp"

namespace czip::v2 {

// XXH3-64.
[[nodiscard]] std::uint64_t hash64(std::span<const std::uint8_t> bytes, std::uint64_t seed = 0);

// The low 32 bits of hash64, for headers.
[[nodiscard]] std::uint32_t check32(std::span<const std::uint8_t> bytes, std::uint64_t seed = 0);

// CRC-16/IBM-3740 (polynomial 0x1021, from 0xffff, the highest bit first). Unlike two bytes of a
// hash it finds every changed bit, and every burst of at most 16.
[[nodiscard]] std::uint16_t crc16(std::span<const std::uint8_t> bytes);

// XXH3-128 of a text that comes in pieces.
class TextHasher {
 public:
  TextHasher();
  TextHasher(TextHasher&&) noexcept;
  TextHasher& operator=(TextHasher&&) noexcept;
  ~TextHasher();

  void add(std::span<const std::uint8_t> bytes);
  [[nodiscard]] Hash128 digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

inline constexpr std::size_t kHashBytes = 16;

// A 128-bit hash in the order of its hexadecimal digits: the most significant byte first.
[[nodiscard]] std::array<std::uint8_t, kHashBytes> hash_bytes(const Hash128& hash);
[[nodiscard]] Hash128 hash_from_bytes(std::span<const std::uint8_t, kHashBytes> bytes);

}  // namespace czip::v2
