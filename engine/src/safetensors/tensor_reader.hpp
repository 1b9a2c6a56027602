// Typed copies of a model file's tensors, each checked for its dtype and shape.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/engine/matrix.hpp"
#include "czip/engine/safetensors/reader.hpp"

namespace czip::safetensors {

// Reads tensors one after another and keeps the first error, so that a reader of many tensors
// checks once. After an error every read returns an empty or default value and allocates nothing.
class TensorReader {
 public:
  explicit TensorReader(const File& file) : file_(file) {}

  // The first error.
  [[nodiscard]] const Status& status() const { return status_; }
  [[nodiscard]] bool failed() const { return !status_; }
  // Keeps this error unless there is one already.
  void refuse(ErrorCode code, std::string message);

  [[nodiscard]] bool has(const std::string& name) const { return file_.find(name) != nullptr; }

  // Null, and an error, unless the tensor exists with this dtype and shape.
  const TensorView* require(const std::string& name, DType dtype,
                            std::span<const std::uint64_t> shape);

  MatrixI8 matrix(const std::string& name, std::uint32_t rows, std::uint32_t cols);
  std::vector<std::int8_t> vector_i8(const std::string& name, std::uint32_t size);
  std::vector<std::int16_t> table_i16(const std::string& name, std::uint32_t rows,
                                      std::uint32_t cols);
  std::vector<std::int32_t> vector_i32(const std::string& name, std::uint32_t size);
  std::vector<std::int16_t> vector_i16(const std::string& name, std::uint32_t size);
  std::vector<std::uint8_t> vector_u8(const std::string& name, std::uint32_t size);
  std::vector<std::uint16_t> vector_u16(const std::string& name, std::uint32_t size);
  std::vector<std::uint32_t> vector_u32(const std::string& name, std::uint32_t size);

  // One element, of shape [] or [1]; nothing where the tensor is absent.
  std::optional<std::int8_t> scalar_i8(const std::string& name);
  std::optional<std::int32_t> scalar_i32(const std::string& name);
  std::optional<std::uint32_t> scalar_u32(const std::string& name);

 private:
  template <class T>
  std::vector<T> elements(const std::string& name, DType dtype,
                          std::span<const std::uint64_t> shape);
  template <class T>
  std::optional<T> scalar(const std::string& name, DType dtype);

  const File& file_;
  Status status_;
};

}  // namespace czip::safetensors
