#include "czip/import/tensors.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "czip/base/error.hpp"
#include "czip/base/in_quotes.hpp"
#include "czip/import/element_type.hpp"

namespace czip::importer {

std::uint64_t Tensor::rows() const {
  std::uint64_t product = 1;
  for (std::size_t i = 0; i + 1 < shape.size(); ++i) product *= shape[i];
  return product;
}

Result<std::uint64_t> tensor_bytes(ElementType type, std::span<const std::uint64_t> shape,
                                   std::string_view subject) {
  constexpr std::uint64_t kLimit = std::uint64_t{1} << 63;
  const ElementFacts& element = facts(type);
  const std::uint64_t columns = shape.empty() ? 1 : shape.back();
  if (std::ranges::find(shape, std::uint64_t{0}) != shape.end())
    return fail(ErrorCode::corrupt,
                std::string(subject) + " has the shape " + shape_text(shape) + ", which is empty");
  if (columns % element.block_elements != 0)
    return fail(ErrorCode::corrupt, std::string(subject) + " has rows of " +
                                        std::to_string(columns) + " numbers, which are no whole " +
                                        std::string(element.name) + " blocks of " +
                                        std::to_string(element.block_elements));
  std::uint64_t bytes = element.block_bytes;
  const auto multiply = [&bytes](std::uint64_t factor) {
    if (factor > (kLimit - 1) / bytes) return false;
    bytes *= factor;
    return true;
  };
  bool fits = multiply(columns / element.block_elements);
  for (std::size_t i = 0; fits && i + 1 < shape.size(); ++i) fits = multiply(shape[i]);
  if (!fits)
    return fail(ErrorCode::corrupt, std::string(subject) + " has the shape " + shape_text(shape) +
                                        ", which takes 2^63 bytes or more");
  return bytes;
}

Tensor transposed(const Tensor& tensor) {
  Tensor result = tensor;
  std::ranges::reverse(result.shape);
  result.stride = tensor.stride == 0 ? tensor.columns() : 0;
  return result;
}

Result<Tensor> part_of(const Tensor& tensor, std::uint64_t first, std::uint64_t count) {
  const ElementFacts& element = facts(tensor.type);
  const bool by_numbers = tensor.stride != 0 || tensor.shape.size() == 1;
  const std::uint64_t step = by_numbers ? 1 : tensor.columns();
  if (first * step % element.block_elements != 0 || count * step % element.block_elements != 0)
    return fail(ErrorCode::unsupported, "a part of tensor " + in_quotes(tensor.name) +
                                            " is no whole " + std::string(element.name) +
                                            " blocks");
  const auto bytes_of = [&](std::uint64_t parts) {
    return static_cast<std::size_t>(parts * step / element.block_elements * element.block_bytes);
  };
  Tensor part = tensor;
  part.shape.front() = count;
  part.bytes = tensor.bytes.subspan(bytes_of(first));
  if (tensor.stride == 0) part.bytes = part.bytes.first(bytes_of(count));
  return part;
}

std::string shape_text(std::span<const std::uint64_t> shape) {
  std::string text = "[";
  for (const std::uint64_t dimension : shape) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(dimension);
  }
  return text + "]";
}

Status TensorSet::add(Tensor tensor) {
  const std::string name = tensor.name;
  if (!tensors_.emplace(name, std::move(tensor)).second)
    return fail(ErrorCode::corrupt, "there are two tensors " + in_quotes(name));
  return {};
}

const Tensor* TensorSet::find(std::string_view name) const {
  const auto position = tensors_.find(name);
  return position == tensors_.end() ? nullptr : &position->second;
}

Result<const Tensor*> TensorSet::require(std::string_view name,
                                         std::span<const std::uint64_t> shape) const {
  const Tensor* const tensor = find(name);
  if (tensor == nullptr)
    return fail(ErrorCode::corrupt, "tensor " + in_quotes(name) + " is missing");
  if (!std::ranges::equal(tensor->shape, shape))
    return fail(ErrorCode::corrupt, "tensor " + in_quotes(name) + " has the shape " +
                                        shape_text(tensor->shape) + ", expected " +
                                        shape_text(shape));
  return tensor;
}

}  // namespace czip::importer
