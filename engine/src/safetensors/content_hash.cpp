#include "czip/engine/safetensors/content_hash.hpp"

// With the library inlined, the streaming state lives on the stack: no allocation can fail.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

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

}  // namespace

Hash128 content_hash(const File& file) {
  HashStream stream;
  for (const auto& [name, tensor] : file.tensors()) {
    stream.text<std::uint32_t>(name);
    stream.text<std::uint8_t>(dtype_name(tensor.dtype));
    stream.integer(static_cast<std::uint8_t>(tensor.shape.size()));
    for (const std::uint64_t dimension : tensor.shape) stream.integer(dimension);
    stream.integer(std::uint64_t{tensor.bytes.size()});
    stream.bytes(tensor.bytes.data(), tensor.bytes.size());
  }
  for (const auto& [key, value] : file.metadata()) {
    stream.text<std::uint32_t>(key);
    stream.text<std::uint32_t>(value);
  }
  return stream.digest();
}

}  // namespace czip::safetensors
