// Writes safetensors files: valid ones from tensors, hostile ones from any header text and data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "czip/base/little_endian.hpp"

namespace czip::test {

struct TensorContent {
  std::string name;
  std::string dtype;  // as in the file: "I8", "U16", ...
  std::vector<std::uint64_t> shape;
  std::vector<std::uint8_t> bytes;
};

// A file's content, open to changes before it is written.
struct SafetensorsContent {
  std::vector<TensorContent> tensors;  // in the order of their data
  std::map<std::string, std::string> metadata;

  // The tensor of that name, which must exist.
  [[nodiscard]] TensorContent& tensor(std::string_view name);
  void remove(std::string_view name);
};

// "I8", "U16", ...
[[nodiscard]] std::string integer_dtype(bool is_signed, std::size_t size);

// A tensor of integers; the dtype follows from T.
template <class T>
[[nodiscard]] TensorContent make_tensor(std::string name, std::vector<std::uint64_t> shape,
                                        std::span<const T> values) {
  TensorContent tensor{
      std::move(name), integer_dtype(std::is_signed_v<T>, sizeof(T)), std::move(shape), {}};
  tensor.bytes.resize(values.size() * sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i)
    store_le(tensor.bytes.data() + i * sizeof(T), values[i]);
  return tensor;
}

// A tensor of one integer, shape [].
template <class T>
[[nodiscard]] TensorContent make_scalar(std::string name, T value) {
  return make_tensor<T>(std::move(name), {}, std::span<const T>(&value, 1));
}

// Tensors in the given order, without gaps; the header padded with spaces to a multiple of 8.
[[nodiscard]] std::vector<std::uint8_t> write_safetensors(const SafetensorsContent& content);

// The length of `header`, `header`, `data`, whatever they hold.
[[nodiscard]] std::vector<std::uint8_t> write_raw_safetensors(std::string_view header,
                                                              std::span<const std::uint8_t> data);

// The header text of a file made by one of the above.
[[nodiscard]] std::string header_of(std::span<const std::uint8_t> file);

}  // namespace czip::test
