#include "v2/container/hashing.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace czip::v2 {

std::uint64_t hash64(std::span<const std::uint8_t> bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::uint32_t check32(std::span<const std::uint8_t> bytes, std::uint64_t seed) {
  return static_cast<std::uint32_t>(hash64(bytes, seed));
}

std::uint16_t crc16(std::span<const std::uint8_t> bytes) {
  std::uint32_t crc = 0xffff;
  for (const std::uint8_t byte : bytes) {
    crc ^= std::uint32_t{byte} << 8;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc << 1 ^ ((crc & 0x8000) != 0 ? 0x1021U : 0U)) & 0xffff;
  }
  return static_cast<std::uint16_t>(crc);
}

struct TextHasher::State {
  XXH3_state_t xxh3;
};

TextHasher::TextHasher() : state_(std::make_unique<State>()) { XXH3_128bits_reset(&state_->xxh3); }
TextHasher::TextHasher(TextHasher&&) noexcept = default;
TextHasher& TextHasher::operator=(TextHasher&&) noexcept = default;
TextHasher::~TextHasher() = default;

void TextHasher::add(std::span<const std::uint8_t> bytes) {
  XXH3_128bits_update(&state_->xxh3, bytes.data(), bytes.size());
}

Hash128 TextHasher::digest() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(&state_->xxh3);
  return {hash.high64, hash.low64};
}

std::array<std::uint8_t, kHashBytes> hash_bytes(const Hash128& hash) {
  std::array<std::uint8_t, kHashBytes> bytes{};
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(hash.high >> (56 - 8 * i));
    bytes[8 + i] = static_cast<std::uint8_t>(hash.low >> (56 - 8 * i));
  }
  return bytes;
}

Hash128 hash_from_bytes(std::span<const std::uint8_t, kHashBytes> bytes) {
  Hash128 hash;
  for (std::size_t i = 0; i < 8; ++i) {
    hash.high = hash.high << 8 | bytes[i];
    hash.low = hash.low << 8 | bytes[8 + i];
  }
  return hash;
}

}  // namespace czip::v2
