#include "czip/import/dequantize.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "blocks/iq2_xxs.hpp"
#include "blocks/scale.hpp"
#include "blocks/small_blocks.hpp"
#include "blocks/super_blocks.hpp"
#include "czip/base/error.hpp"
#include "czip/base/in_quotes.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/engine/integer_math.hpp"
#include "czip/import/dyadic.hpp"
#include "czip/import/element_type.hpp"
#include "czip/import/ieee754.hpp"
#include "czip/import/tensors.hpp"

namespace czip::importer {
namespace {

// How the blocks of a format with half-precision scales are read.
struct BlockFormat {
  ElementType type;
  void (*decode)(const std::uint8_t* blocks, std::size_t count, std::int64_t* units);
  int exponent;                        // of a unit
  std::array<std::uint8_t, 2> scales;  // where they are in a block; twice the same: there is one
};

template <auto decode, std::size_t elements, std::size_t bytes>
void decode_blocks(const std::uint8_t* blocks, std::size_t count, std::int64_t* units) {
  for (std::size_t i = 0; i < count; ++i) decode(blocks + i * bytes, units + i * elements);
}

using enum ElementType;
constexpr std::array kBlockFormats{
    BlockFormat{f16, decode_blocks<decode_f16, 1, 2>, kHalfExponent, {0, 0}},
    BlockFormat{q8_0, decode_blocks<decode_q8_0, 32, 34>, kHalfExponent, {0, 0}},
    BlockFormat{q4_0, decode_blocks<decode_q4_0, 32, 18>, kHalfExponent, {0, 0}},
    BlockFormat{q4_1, decode_blocks<decode_q4_1, 32, 20>, kHalfExponent, {0, 2}},
    BlockFormat{q5_0, decode_blocks<decode_q5_0, 32, 22>, kHalfExponent, {0, 0}},
    BlockFormat{q5_1, decode_blocks<decode_q5_1, 32, 24>, kHalfExponent, {0, 2}},
    BlockFormat{iq4_nl, decode_blocks<decode_iq4_nl, 32, 18>, kHalfExponent, {0, 0}},
    BlockFormat{q2_k, decode_blocks<decode_q2_k, 256, 84>, kHalfExponent, {80, 82}},
    BlockFormat{q3_k, decode_blocks<decode_q3_k, 256, 110>, kHalfExponent, {108, 108}},
    BlockFormat{q4_k, decode_blocks<decode_q4_k, 256, 144>, kHalfExponent, {0, 2}},
    BlockFormat{q5_k, decode_blocks<decode_q5_k, 256, 176>, kHalfExponent, {0, 2}},
    BlockFormat{q6_k, decode_blocks<decode_q6_k, 256, 210>, kHalfExponent, {208, 208}},
    BlockFormat{iq2_xxs, decode_blocks<decode_iq2_xxs, 256, 66>, kHalfExponent - 3, {0, 0}},
};

Status not_finite(const Tensor& tensor, std::uint64_t row, std::uint64_t column) {
  return fail(ErrorCode::corrupt, "tensor " + in_quotes(tensor.name) + ", row " +
                                      std::to_string(row) + ": the number or scale at column " +
                                      std::to_string(column) + " is infinite or not a number");
}

// The first block with a scale that is not finite.
std::optional<std::size_t> find_bad_block(std::span<const std::uint8_t> bytes,
                                          std::size_t block_bytes, const BlockFormat& format) {
  for (std::size_t i = 0; i * block_bytes < bytes.size(); ++i)
    for (const std::uint8_t at : format.scales)
      if (!is_finite_scale(bytes.data() + i * block_bytes + at)) return i;
  return std::nullopt;
}

// Number i of a row of F32 or BF16, as single-precision bits.
template <class Stored>
std::uint32_t single_bits(const std::uint8_t* bytes, std::size_t i) {
  const std::uint32_t stored = load_le<Stored>(bytes + i * sizeof(Stored));
  return stored << (32 - 8 * sizeof(Stored));
}

// Reads F32 or BF16. Returns the column of the first number that is not finite.
template <class Stored>
std::optional<std::size_t> read_singles(const std::uint8_t* bytes, DyadicRow& row) {
  // Numbers of 24 bits keep all of them up to 29 bits above those of the lowest kept place.
  constexpr int kHeadroom = 29;
  constexpr int kLongest = 62;
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < row.mantissas.size(); ++i) {
    const std::uint32_t bits = single_bits<Stored>(bytes, i);
    if (!is_finite_f32(bits)) return i;
    largest = std::max(largest, bits & 0x7fffffff);
  }
  row.exponent = largest == 0 ? 0 : f32_parts(largest).exponent - kHeadroom;
  for (std::size_t i = 0; i < row.mantissas.size(); ++i) {
    const Dyadic number = f32_parts(single_bits<Stored>(bytes, i));
    const int shift = number.exponent - row.exponent;
    row.mantissas[i] = shift >= 0 ? number.mantissa * (std::int64_t{1} << std::min(shift, kLongest))
                                  : shift_right_rne(number.mantissa, std::min(-shift, kLongest));
  }
  return std::nullopt;
}

// The bytes of a row: the file's, or put together in `gathered`.
std::span<const std::uint8_t> bytes_of_row(const Tensor& tensor, std::uint64_t index,
                                           std::vector<std::uint8_t>& gathered) {
  const ElementFacts& element = facts(tensor.type);
  const auto blocks = static_cast<std::size_t>(tensor.columns() / element.block_elements);
  const std::size_t row_bytes = blocks * element.block_bytes;
  if (tensor.stride == 0)
    return tensor.bytes.subspan(static_cast<std::size_t>(index) * row_bytes, row_bytes);
  gathered.resize(row_bytes);
  const std::size_t size = element.block_bytes;
  const auto stride = static_cast<std::size_t>(tensor.stride) * size;
  const std::uint8_t* const first = tensor.bytes.data() + static_cast<std::size_t>(index) * size;
  for (std::size_t i = 0; i < blocks; ++i)
    std::copy_n(first + i * stride, size, gathered.data() + i * size);
  return gathered;
}

}  // namespace

Status read_row(const Tensor& tensor, std::uint64_t index, DyadicRow& row) {
  const std::uint64_t columns = tensor.columns();
  if (columns > kMaxColumns)
    return fail(ErrorCode::unsupported, "tensor " + in_quotes(tensor.name) + " has rows of " +
                                            std::to_string(columns) + " numbers, more than " +
                                            std::to_string(kMaxColumns));
  if (index >= tensor.rows())
    return fail(ErrorCode::internal,
                "tensor " + in_quotes(tensor.name) + " has no row " + std::to_string(index));
  std::vector<std::uint8_t> gathered;
  const auto bytes = bytes_of_row(tensor, index, gathered);
  row.mantissas.resize(static_cast<std::size_t>(columns));

  if (tensor.type == f32 || tensor.type == bf16) {
    const auto bad = tensor.type == f32 ? read_singles<std::uint32_t>(bytes.data(), row)
                                        : read_singles<std::uint16_t>(bytes.data(), row);
    if (bad) return not_finite(tensor, index, *bad);
    return {};
  }
  const ElementFacts& element = facts(tensor.type);
  const BlockFormat& format = *std::ranges::find(kBlockFormats, tensor.type, &BlockFormat::type);
  if (const auto bad = find_bad_block(bytes, element.block_bytes, format))
    return not_finite(tensor, index, std::uint64_t{*bad} * element.block_elements);
  format.decode(bytes.data(), bytes.size() / element.block_bytes, row.mantissas.data());
  row.exponent = format.exponent;
  return {};
}

}  // namespace czip::importer
