// The tensors of a model, from whatever kind of file: importers ask for them by name.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/import/element_type.hpp"

namespace czip::importer {

// Most numbers in a row that czip reads: a row is held in memory as 8 bytes for each.
inline constexpr std::uint64_t kMaxColumns = std::uint64_t{1} << 20;

// One tensor: `bytes` views the file's data, rows one after another or, with a stride, columns.
// Unaligned.
struct Tensor {
  std::string name;
  ElementType type = ElementType::f32;
  std::vector<std::uint64_t> shape;  // the outermost dimension first; empty: one number
  std::span<const std::uint8_t> bytes;
  // Not 0: that many numbers lie from one of a row to the next; neighbours are those of a column.
  // The type has no blocks then.
  std::uint64_t stride = 0;

  // The last dimension, which is that of neighbours in the file, and the product of the others.
  [[nodiscard]] std::uint64_t columns() const { return shape.empty() ? 1 : shape.back(); }
  [[nodiscard]] std::uint64_t rows() const;
};

// Bytes of a tensor whose elements are of this type. Errors, with `subject` ("tensor 'x'") in front:
// corrupt for a dimension of 0, rows that are not whole blocks, or 2^63 bytes and more.
Result<std::uint64_t> tensor_bytes(ElementType type, std::span<const std::uint64_t> shape,
                                   std::string_view subject);

// The tensor with rows and columns exchanged, of two dimensions and a type without blocks.
[[nodiscard]] Tensor transposed(const Tensor& tensor);

// `count` of its rows, or numbers of a tensor of one dimension. Error unsupported: that cuts a
// block.
Result<Tensor> part_of(const Tensor& tensor, std::uint64_t first, std::uint64_t count);

// "[2048, 5632]"
[[nodiscard]] std::string shape_text(std::span<const std::uint64_t> shape);

// Tensors by name. What they view must outlive the set.
class TensorSet {
 public:
  // Error corrupt: there is one of that name.
  Status add(Tensor tensor);

  [[nodiscard]] const std::map<std::string, Tensor, std::less<>>& all() const { return tensors_; }
  // Null where there is none of that name.
  [[nodiscard]] const Tensor* find(std::string_view name) const;
  // Never null. Error corrupt: there is none of that name, or it has another shape.
  Result<const Tensor*> require(std::string_view name, std::span<const std::uint64_t> shape) const;

 private:
  std::map<std::string, Tensor, std::less<>> tensors_;
};

}  // namespace czip::importer
