#include "czip/engine/safetensors/content_hash.hpp"

// With the library inlined, the streaming state lives on the stack: no allocation can fail.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/base/in_quotes.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/engine/safetensors/reader.hpp"

namespace czip::safetensors {
namespace {

class HashStream {
 public:
  HashStream() { XXH3_128bits_reset(&state_); }

  void bytes(const void* data, std::size_t size) { XXH3_128bits_update(&state_, data, size); }

  template <class T>
  void integer(T value) {
    std::array<std::uint8_t, sizeof(T)> buffer;
    store_le(buffer.data(), value);
    bytes(buffer.data(), buffer.size());
  }

  // A text after its length. Headers are at most 100 MB, so every length fits.
  template <class Length>
  void text(std::string_view value) {
    integer(static_cast<Length>(value.size()));
    bytes(value.data(), value.size());
  }

  [[nodiscard]] Hash128 digest() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(&state_);
    return {hash.high64, hash.low64};
  }

 private:
  XXH3_state_t state_;
};

void add_tensors(HashStream& stream, const File& file) {
  for (const auto& [name, tensor] : file.tensors()) {
    stream.text<std::uint32_t>(name);
    stream.text<std::uint8_t>(dtype_name(tensor.dtype));
    stream.integer(static_cast<std::uint8_t>(tensor.shape.size()));
    for (const std::uint64_t dimension : tensor.shape) stream.integer(dimension);
    stream.integer(std::uint64_t{tensor.bytes.size()});
    stream.bytes(tensor.bytes.data(), tensor.bytes.size());
  }
}

template <class Counts>
Hash128 hash_of(const File& file, const Counts& counts) {
  HashStream stream;
  add_tensors(stream, file);
  for (const auto& [key, value] : file.metadata()) {
    if (key == kContentHashKey || !counts(key)) continue;
    stream.text<std::uint32_t>(key);
    stream.text<std::uint32_t>(value);
  }
  return stream.digest();
}

}  // namespace

Hash128 content_hash(const File& file) {
  return hash_of(file, [](std::string_view) { return true; });
}

Hash128 content_hash(const File& file, std::span<const std::string_view> keys) {
  return hash_of(
      file, [keys](std::string_view key) { return std::ranges::find(keys, key) != keys.end(); });
}

std::optional<std::string_view> stated_hash(const File& file) {
  const auto stated = file.metadata().find(kContentHashKey);
  if (stated == file.metadata().end()) return std::nullopt;
  return stated->second;
}

Status check_stated_hash(const File& file, const Hash128& actual) {
  const std::optional<std::string_view> stated = stated_hash(file);
  if (!stated)
    return fail(ErrorCode::corrupt, "has no " + std::string(kContentHashKey) +
                                        " in its metadata, so that damage could not be seen; its "
                                        "content has the hash " +
                                        to_hex(actual));
  if (*stated == to_hex(actual)) return {};
  return fail(ErrorCode::corrupt, "is damaged or was changed: its content has the hash " +
                                      to_hex(actual) + ", but its metadata says " +
                                      in_quotes(*stated));
}

}  // namespace czip::safetensors
