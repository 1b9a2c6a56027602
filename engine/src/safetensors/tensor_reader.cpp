#include "czip/engine/safetensors/tensor_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "czip/base/error.hpp"
#include "czip/base/in_quotes.hpp"

namespace czip::safetensors {
namespace {

template <class Dimensions>
std::string shape_text(const Dimensions& shape) {
  std::string text = "[";
  for (const std::uint64_t dimension : shape) {
    if (text.size() > 1) text += ", ";
    text += dimension == TensorReader::kAnyLength ? "any" : std::to_string(dimension);
  }
  return text + "]";
}

}  // namespace

void TensorReader::refuse(ErrorCode code, std::string message) {
  if (status_) status_ = fail(code, std::move(message));
}

const TensorView* TensorReader::require(std::string_view name, DType dtype, Shape shape) {
  if (failed()) return nullptr;
  const std::string subject = "tensor " + in_quotes(name);
  const TensorView* const tensor = file_.find(name);
  if (tensor == nullptr) {
    refuse(ErrorCode::corrupt, subject + " is missing");
    return nullptr;
  }
  if (tensor->dtype != dtype) {
    refuse(ErrorCode::corrupt, subject + " has dtype " + std::string(dtype_name(tensor->dtype)) +
                                   ", expected " + std::string(dtype_name(dtype)));
    return nullptr;
  }
  const auto fits = [](std::uint64_t length, std::uint64_t expected) {
    return length == expected || expected == kAnyLength;
  };
  if (!std::ranges::equal(tensor->shape, shape, fits)) {
    refuse(ErrorCode::corrupt,
           subject + " has shape " + shape_text(tensor->shape) + ", expected " + shape_text(shape));
    return nullptr;
  }
  ++used_;
  return tensor;
}

MatrixI8 TensorReader::matrix(std::string_view name, std::uint32_t rows, std::uint32_t cols) {
  return {rows, cols, values<std::int8_t>(name, {rows, cols})};
}

}  // namespace czip::safetensors
