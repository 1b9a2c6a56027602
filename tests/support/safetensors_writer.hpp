// Writes safetensors files: valid ones from tensors, hostile ones from any header text and data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "czip/engine/safetensors/writer.hpp"

namespace czip::test {

using czip::safetensors::make_tensor;
using czip::safetensors::TensorContent;

// A file's content, open to changes before it is written.
struct SafetensorsContent {
  std::vector<safetensors::TensorContent> tensors;  // in the order of their data
  std::map<std::string, std::string> metadata;

  // The tensor of that name, which must exist.
  [[nodiscard]] safetensors::TensorContent& tensor(std::string_view name);
  void remove(std::string_view name);
};

// A tensor of one integer, shape [].
template <class T>
[[nodiscard]] safetensors::TensorContent make_scalar(std::string name, T value) {
  return safetensors::make_tensor<T>(std::move(name), {}, std::span<const T>(&value, 1));
}

// The file of a content, its metadata by ascending keys.
[[nodiscard]] std::vector<std::uint8_t> write_safetensors(const SafetensorsContent& content);

// The length of `header`, `header`, `data`, whatever they hold.
[[nodiscard]] std::vector<std::uint8_t> write_raw_safetensors(std::string_view header,
                                                              std::span<const std::uint8_t> data);

// The header text of a file made by one of the above.
[[nodiscard]] std::string header_of(std::span<const std::uint8_t> file);

// The bytes of a tensor, which must exist, in a valid file.
[[nodiscard]] std::span<std::uint8_t> tensor_bytes(std::span<std::uint8_t> file,
                                                   const std::string& name);

}  // namespace czip::test
