// Writer of safetensors files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/little_endian.hpp"

namespace czip::safetensors {

struct TensorContent {
  std::string name;
  std::string dtype;  // as in the file: "I8", "U16", ...
  std::vector<std::uint64_t> shape;
  std::vector<std::uint8_t> bytes;  // little-endian elements
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

// Keys and values in the order in which the file has them.
using Metadata = std::vector<std::pair<std::string, std::string>>;

// Tensors in the given order, without gaps; the header padded with spaces to a multiple of 8.
// Names, keys and values are UTF-8: what is not is written as U+FFFD.
[[nodiscard]] std::vector<std::uint8_t> write(const Metadata& metadata,
                                              std::span<const TensorContent> tensors);
// A cache line.
inline constexpr std::size_t kLineAlignment = 64;
// The same, with all tensors of whole cache lines (64 bytes) first, at multiples of 64 bytes, so
// that rows that are used where they are do not cross them.
[[nodiscard]] std::vector<std::uint8_t> write_aligned(const Metadata& metadata,
                                                      std::span<const TensorContent> tensors);

// What a header says of a tensor.
struct TensorOutline {
  std::string name;
  std::string dtype;
  std::vector<std::uint64_t> shape;
  std::uint64_t size = 0;  // in bytes
};
// The beginning of a file, for writers that never hold all of it: the tensors' bytes follow in this
// order, without gaps. It ends at a multiple of 64 bytes.
[[nodiscard]] std::vector<std::uint8_t> aligned_header(const Metadata& metadata,
                                                       std::span<const TensorOutline> tensors);

// `file` with these metadata in addition, or in place of those of the same keys. An empty value
// removes its key. Tensors and their order stay. Errors: those of File::parse, and invalid_argument
// for text that is not UTF-8.
Result<std::vector<std::uint8_t>> with_metadata(std::span<const std::uint8_t> file,
                                                const Metadata& changes);

// `file` with its content hash, over all its metadata, as content_hash.hpp's check wants it.
// Errors: those of File::parse.
Result<std::vector<std::uint8_t>> with_content_hash(std::span<const std::uint8_t> file);

}  // namespace czip::safetensors
