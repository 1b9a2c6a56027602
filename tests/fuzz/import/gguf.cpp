// GGUF files: any bytes after a first byte of 0, else a right one with changes. What is accepted is
// read whole: each value as whatever it is, each row, and its weights in 8 bits.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/engine/integer_math.hpp"
#include "czip/import/dequantize.hpp"
#include "czip/import/gguf/model.hpp"
#include "czip/import/gguf/reader.hpp"
#include "czip/import/quantize.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/import/parsed_gguf.hpp"
#include "import/gguf_builder.hpp"

namespace {

using namespace czip;
using namespace czip::test;
using namespace czip::importer;

constexpr std::uint64_t kMost = 65'536;

template <class T>
bool checked(const Result<T>& result) {
  if (!result) insist_error(result.error(), {ErrorCode::corrupt});
  return result.has_value();
}

void read_value(const gguf::Metadata& metadata, std::string_view key, const gguf::Value& value) {
  const bool counted = checked(metadata.count(key, UINT64_MAX));
  const auto real = metadata.real(key);
  insist(!counted || checked(real) || value.type == gguf::ValueType::u64, "a count is a number");
  const int kinds = (checked(real) ? 1 : 0) + (checked(metadata.boolean_or(key, false)) ? 1 : 0) +
                    (checked(metadata.string(key)) ? 1 : 0);
  insist(kinds <= (value.is_array ? 0 : 1), "a value is of one kind");
  const auto strings = metadata.strings(key, kMost);
  if (checked(strings)) insist(strings->size() == value.count, "all strings are there");
  const auto integers = metadata.integers(key, kMost);
  if (checked(integers)) insist(integers->size() == value.count, "all integers are there");
  const auto singles = metadata.single_bits(key, kMost);
  if (checked(singles)) insist(singles->size() == value.count, "all floats are there");
}

void read_tensor(const Tensor& tensor) {
  DyadicRow row;
  std::vector<std::int8_t> weights(static_cast<std::size_t>(tensor.columns()));
  for (std::uint64_t r = 0; r < tensor.rows(); ++r) {
    const Status status = read_row(tensor, r, row);
    if (!status) {
      insist_error(status.error(), {ErrorCode::corrupt});
      continue;
    }
    insist(row.mantissas.size() == tensor.columns(), "a row is whole");
    insist(largest_magnitude(row) <= std::uint64_t{1} << 53, "mantissas have 53 bits");
    const RowScale scale = quantize_row(row, weights);
    std::int32_t largest = 0;
    for (const std::int8_t weight : weights)
      largest = std::max(largest, std::int32_t{weight} < 0 ? -weight : +weight);
    insist(largest == (scale.mantissa == 0 ? 0 : 127), "the largest weight is 127");
    limit_mantissas(row, 30);
    insist(largest_magnitude(row) <= std::uint64_t{1} << 30, "mantissas have 30 bits");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 16384) return 0;
  FuzzInput input(data, size);
  const Bytes file = input.byte() == 0 ? Bytes(input.rest().begin(), input.rest().end())
                                       : changed_file(small_gguf(), input);
  const MemoryBound bound((std::size_t{1} << 20) + 64 * file.size());
  const std::vector<gguf::File> parts = parsed_gguf(file);
  if (parts.empty()) return 0;
  const auto model = gguf::Model::join(parts);
  if (!model) insist_error(model.error(), {ErrorCode::corrupt, ErrorCode::invalid_argument});
  const gguf::File& part = parts.front();
  for (const auto& [key, value] : part.metadata().all()) read_value(part.metadata(), key, value);
  for (const auto& [name, tensor] : part.tensors().all()) read_tensor(tensor);
  return 0;
}
