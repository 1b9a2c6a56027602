// GGUF files for tests, piece by piece, so that each field can lie.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "czip/import/gguf/metadata.hpp"
#include "support/bytes.hpp"

namespace czip::test {

template <class T>
[[nodiscard]] Bytes le(T value) {
  Bytes bytes(sizeof(T));
  store_le(bytes.data(), value);
  return bytes;
}

// A u64 length and the text.
[[nodiscard]] Bytes gguf_string(std::string_view text);
[[nodiscard]] Bytes gguf_type(importer::gguf::ValueType type);

// Key, type and value of a metadata pair.
[[nodiscard]] Bytes gguf_pair(std::string_view key, importer::gguf::ValueType type,
                              const Bytes& value);
[[nodiscard]] Bytes gguf_pair(std::string_view key, std::string_view text);
[[nodiscard]] Bytes gguf_pair(std::string_view key, std::uint32_t value);
[[nodiscard]] Bytes gguf_array(std::string_view key, importer::gguf::ValueType type,
                               std::uint64_t count, const Bytes& elements);
[[nodiscard]] Bytes gguf_strings(std::string_view key,
                                 std::initializer_list<std::string_view> texts);

// Name, dimensions (the innermost first), type and offset of a tensor.
[[nodiscard]] Bytes gguf_tensor(std::string_view name,
                                std::initializer_list<std::uint64_t> dimensions, std::uint32_t type,
                                std::uint64_t offset);

[[nodiscard]] Bytes gguf_header(std::uint32_t version, std::uint64_t tensors, std::uint64_t pairs);

// A whole file of version 3 with right counts, and `data` after padding to 32 bytes.
[[nodiscard]] Bytes gguf_file(const std::vector<Bytes>& pairs, const std::vector<Bytes>& tensors,
                              const Bytes& data = {});

// A small file with values of most kinds and tensors of several types; 192 bytes of data.
[[nodiscard]] Bytes small_gguf();

}  // namespace czip::test
