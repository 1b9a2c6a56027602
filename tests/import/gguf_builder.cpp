#include "import/gguf_builder.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "czip/import/gguf/metadata.hpp"
#include "support/bytes.hpp"

namespace czip::test {

using importer::gguf::ValueType;

Bytes gguf_string(std::string_view text) {
  return joined({le(std::uint64_t{text.size()}), to_bytes(text)});
}

Bytes gguf_type(ValueType type) { return le(static_cast<std::uint32_t>(type)); }

Bytes gguf_pair(std::string_view key, ValueType type, const Bytes& value) {
  return joined({gguf_string(key), gguf_type(type), value});
}

Bytes gguf_pair(std::string_view key, std::string_view text) {
  return gguf_pair(key, ValueType::string, gguf_string(text));
}

Bytes gguf_pair(std::string_view key, std::uint32_t value) {
  return gguf_pair(key, ValueType::u32, le(value));
}

Bytes gguf_array(std::string_view key, ValueType type, std::uint64_t count, const Bytes& elements) {
  return gguf_pair(key, ValueType::array, joined({gguf_type(type), le(count), elements}));
}

Bytes gguf_strings(std::string_view key, std::initializer_list<std::string_view> texts) {
  Bytes elements;
  for (const std::string_view text : texts) elements = joined({elements, gguf_string(text)});
  return gguf_array(key, ValueType::string, texts.size(), elements);
}

Bytes gguf_tensor(std::string_view name, std::initializer_list<std::uint64_t> dimensions,
                  std::uint32_t type, std::uint64_t offset) {
  Bytes bytes = joined({gguf_string(name), le(static_cast<std::uint32_t>(dimensions.size()))});
  for (const std::uint64_t dimension : dimensions) bytes = joined({bytes, le(dimension)});
  return joined({bytes, le(type), le(offset)});
}

Bytes gguf_header(std::uint32_t version, std::uint64_t tensors, std::uint64_t pairs) {
  return joined({to_bytes("GGUF"), le(version), le(tensors), le(pairs)});
}

Bytes gguf_file(const std::vector<Bytes>& pairs, const std::vector<Bytes>& tensors,
                const Bytes& data) {
  Bytes file = gguf_header(3, tensors.size(), pairs.size());
  for (const Bytes& pair : pairs) file = joined({file, pair});
  for (const Bytes& tensor : tensors) file = joined({file, tensor});
  file.resize((file.size() + 31) / 32 * 32);
  return joined({file, data});
}

Bytes small_gguf() {
  using enum ValueType;
  Bytes data(32 + 64 + 96);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(11 * i);
  return gguf_file(
      {gguf_pair("general.architecture", "llama"), gguf_pair("llama.block_count", 2),
       gguf_pair("b", boolean, {1}), gguf_pair("e", f32, le(std::uint32_t{0x3f000000})),
       gguf_strings("tokens", {"<s>", "", "\xe2\x96\x81t"}), gguf_array("scores", f32, 2, Bytes(8)),
       gguf_array("types", i32, 1, Bytes(4))},
      {gguf_tensor("norm", {5}, 0, 0), gguf_tensor("w", {32, 3}, 2, 32),
       gguf_tensor("v", {32, 2}, 8, 96)},
      data);
}

}  // namespace czip::test
