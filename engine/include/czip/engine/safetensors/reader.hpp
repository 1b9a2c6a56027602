// Reader of safetensors files: u64 header length, JSON header, tensor data. Every length, offset,
// product and overlap is checked before use; hostile files give an error, never a crash or a large
// allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"

namespace czip::safetensors {

// Element types of safetensors. czip's models use the integers; of the others only the size
// matters.
enum class DType : std::uint8_t {
  i8,
  u8,
  i16,
  u16,
  i32,
  u32,
  i64,
  u64,
  f16,
  bf16,
  f32,
  f64,
  boolean
};

[[nodiscard]] std::size_t dtype_size(DType dtype);
[[nodiscard]] std::string_view dtype_name(DType dtype);

// One tensor: `bytes` views the file's data, little-endian elements, row-major, unaligned.
struct TensorView {
  DType dtype;
  std::vector<std::uint64_t> shape;
  std::span<const std::uint8_t> bytes;

  [[nodiscard]] std::uint64_t element_count() const;
};

// A parsed file. The views point into the buffer given to `parse`, which must outlive this object.
class File {
 public:
  // Largest header accepted, as in the reference implementation of the format.
  static constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;

  // Refuses, beyond what JSON forbids: duplicate keys, fields that the format does not define, and
  // data that is not covered by exactly one tensor at every byte. Errors name the tensor, offset or
  // value.
  static Result<File> parse(std::span<const std::uint8_t> file);

  // String metadata ("__metadata__").
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& metadata() const {
    return metadata_;
  }
  [[nodiscard]] const std::map<std::string, TensorView, std::less<>>& tensors() const {
    return tensors_;
  }
  // Null where the file has no tensor of that name.
  [[nodiscard]] const TensorView* find(std::string_view name) const;

 private:
  std::map<std::string, std::string, std::less<>> metadata_;
  std::map<std::string, TensorView, std::less<>> tensors_;
};

}  // namespace czip::safetensors
