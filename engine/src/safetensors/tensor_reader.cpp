#include "safetensors/tensor_reader.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/in_quotes.hpp"
#include "czip/base/error.hpp"
#include "czip/base/little_endian.hpp"

namespace czip::safetensors {
namespace {

std::string shape_text(std::span<const std::uint64_t> shape) {
  std::string text = "[";
  for (const std::uint64_t dimension : shape) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(dimension);
  }
  return text + "]";
}

}  // namespace

void TensorReader::refuse(ErrorCode code, std::string message) {
  if (status_) status_ = fail(code, std::move(message));
}

const TensorView* TensorReader::require(const std::string& name, DType dtype,
                                        std::span<const std::uint64_t> shape) {
  if (failed()) return nullptr;
  const TensorView* const tensor = file_.find(name);
  if (tensor == nullptr) {
    refuse(ErrorCode::corrupt, "tensor " + in_quotes(name) + " is missing");
    return nullptr;
  }
  if (tensor->dtype != dtype) {
    refuse(ErrorCode::corrupt, "tensor " + in_quotes(name) + " has dtype " +
                                   std::string(dtype_name(tensor->dtype)) + ", expected " +
                                   std::string(dtype_name(dtype)));
    return nullptr;
  }
  if (!std::ranges::equal(tensor->shape, shape)) {
    refuse(ErrorCode::corrupt, "tensor " + in_quotes(name) + " has shape " +
                                   shape_text(tensor->shape) + ", expected " + shape_text(shape));
    return nullptr;
  }
  return tensor;
}

template <class T>
std::vector<T> TensorReader::elements(const std::string& name, DType dtype,
                                      std::span<const std::uint64_t> shape) {
  const TensorView* const tensor = require(name, dtype, shape);
  if (tensor == nullptr) return {};
  std::vector<T> values(tensor->bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = load_le<T>(tensor->bytes.data() + i * sizeof(T));
  return values;
}

template <class T>
std::optional<T> TensorReader::scalar(const std::string& name, DType dtype) {
  const TensorView* tensor = file_.find(name);
  if (tensor == nullptr) return std::nullopt;
  constexpr std::array<std::uint64_t, 1> kOne{1};
  tensor = require(name, dtype, std::span(kOne).first(tensor->shape.empty() ? 0 : 1));
  if (tensor == nullptr) return std::nullopt;
  return load_le<T>(tensor->bytes.data());
}

MatrixI8 TensorReader::matrix(const std::string& name, std::uint32_t rows, std::uint32_t cols) {
  return {rows, cols,
          elements<std::int8_t>(name, DType::i8, std::array<std::uint64_t, 2>{rows, cols})};
}

std::vector<std::int8_t> TensorReader::vector_i8(const std::string& name, std::uint32_t size) {
  return elements<std::int8_t>(name, DType::i8, std::array<std::uint64_t, 1>{size});
}

std::vector<std::int16_t> TensorReader::table_i16(const std::string& name, std::uint32_t rows,
                                                  std::uint32_t cols) {
  return elements<std::int16_t>(name, DType::i16, std::array<std::uint64_t, 2>{rows, cols});
}

std::vector<std::int32_t> TensorReader::vector_i32(const std::string& name, std::uint32_t size) {
  return elements<std::int32_t>(name, DType::i32, std::array<std::uint64_t, 1>{size});
}

std::vector<std::int16_t> TensorReader::vector_i16(const std::string& name, std::uint32_t size) {
  return elements<std::int16_t>(name, DType::i16, std::array<std::uint64_t, 1>{size});
}

std::vector<std::uint8_t> TensorReader::vector_u8(const std::string& name, std::uint32_t size) {
  return elements<std::uint8_t>(name, DType::u8, std::array<std::uint64_t, 1>{size});
}

std::vector<std::uint16_t> TensorReader::vector_u16(const std::string& name, std::uint32_t size) {
  return elements<std::uint16_t>(name, DType::u16, std::array<std::uint64_t, 1>{size});
}

std::vector<std::uint32_t> TensorReader::vector_u32(const std::string& name, std::uint32_t size) {
  return elements<std::uint32_t>(name, DType::u32, std::array<std::uint64_t, 1>{size});
}

std::optional<std::int8_t> TensorReader::scalar_i8(const std::string& name) {
  return scalar<std::int8_t>(name, DType::i8);
}

std::optional<std::int32_t> TensorReader::scalar_i32(const std::string& name) {
  return scalar<std::int32_t>(name, DType::i32);
}

std::optional<std::uint32_t> TensorReader::scalar_u32(const std::string& name) {
  return scalar<std::uint32_t>(name, DType::u32);
}

}  // namespace czip::safetensors
