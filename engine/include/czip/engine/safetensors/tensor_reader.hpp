// Typed copies of a model file's tensors, each checked for its dtype and shape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/engine/matrix.hpp"
#include "czip/engine/safetensors/reader.hpp"

namespace czip::safetensors {

template <class T>
inline constexpr DType kDTypeOf = [] {
  static_assert(std::is_integral_v<T> && sizeof(T) <= 4);
  switch (sizeof(T)) {
    case 1:
      return std::is_signed_v<T> ? DType::i8 : DType::u8;
    case 2:
      return std::is_signed_v<T> ? DType::i16 : DType::u16;
    default:
      return std::is_signed_v<T> ? DType::i32 : DType::u32;
  }
}();

// Reads tensors one after another and keeps the first error, so that a reader of many tensors
// checks once. After an error every read returns an empty or default value and allocates nothing.
class TensorReader {
 public:
  using Shape = std::initializer_list<std::uint64_t>;
  static constexpr std::uint64_t kAnyLength = ~std::uint64_t{0};  // for a dimension of a Shape

  // `file` must outlive the reader.
  explicit TensorReader(const File& file) : file_(file) {}

  // The first error: corrupt for a tensor that is missing or has another dtype or shape.
  [[nodiscard]] const Status& status() const { return status_; }
  [[nodiscard]] bool failed() const { return !status_; }
  // Keeps this error unless there is one already.
  void refuse(ErrorCode code, std::string message);

  [[nodiscard]] bool has(std::string_view name) const { return file_.find(name) != nullptr; }
  // Tensors that were read without an error, each read counted.
  [[nodiscard]] std::size_t used() const { return used_; }

  // Null, and an error, unless the tensor exists with this dtype and shape.
  const TensorView* require(std::string_view name, DType dtype, Shape shape);

  template <class T>
  std::vector<T> values(std::string_view name, Shape shape) {
    const TensorView* const tensor = require(name, kDTypeOf<T>, shape);
    if (tensor == nullptr) return {};
    std::vector<T> values(tensor->bytes.size() / sizeof(T));
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = load_le<T>(tensor->bytes.data() + i * sizeof(T));
    return values;
  }

  MatrixI8 matrix(std::string_view name, std::uint32_t rows, std::uint32_t cols);

  // One element, of shape [] or [1]; nothing where the tensor is absent.
  template <class T>
  std::optional<T> scalar(std::string_view name) {
    const TensorView* tensor = file_.find(name);
    if (tensor == nullptr) return std::nullopt;
    tensor =
        tensor->shape.empty() ? require(name, kDTypeOf<T>, {}) : require(name, kDTypeOf<T>, {1});
    if (tensor == nullptr) return std::nullopt;
    return load_le<T>(tensor->bytes.data());
  }

 private:
  const File& file_;
  std::size_t used_ = 0;
  Status status_;
};

}  // namespace czip::safetensors
