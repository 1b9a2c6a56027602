#include "czip/import/dequantize.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "czip/import/element_type.hpp"
#include "import/block_examples.hpp"
#include "support/bytes.hpp"
#include "support/error_style.hpp"
#include "support/splitmix64.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;
using Mantissas = std::vector<std::int64_t>;

constexpr std::uint16_t kLargestHalf = 0x7bff;

Tensor tensor_of(ElementType type, std::vector<std::uint64_t> shape, const Bytes& bytes) {
  return {.name = "t", .type = type, .shape = std::move(shape), .bytes = bytes};
}

Bytes example_block(const BlockExample& example, std::uint16_t d, std::uint16_t dmin) {
  Bytes block(facts(example.type).block_bytes);
  for (std::uint32_t i = 0; i < block.size(); ++i) block[i] = block_pattern(i, example.seed);
  store_le(block.data() + example.scales[0], d);
  if (example.scales[1] >= 0) store_le(block.data() + example.scales[1], dmin);
  return block;
}

template <class T>
Bytes stored(const std::vector<T>& numbers) {
  Bytes bytes(numbers.size() * sizeof(T));
  for (std::size_t i = 0; i < numbers.size(); ++i)
    store_le(bytes.data() + i * sizeof(T), numbers[i]);
  return bytes;
}

DyadicRow row_of(const Tensor& tensor, std::uint64_t index = 0) {
  DyadicRow row;
  const Status status = read_row(tensor, index, row);
  REQUIRE_MESSAGE(status.has_value(), status.error().message);
  return row;
}

void check_refused(const Tensor& tensor, ErrorCode code, const std::string& message,
                   std::uint64_t index = 0) {
  DyadicRow row;
  const Status status = read_row(tensor, index, row);
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().code == code);
  CHECK_MESSAGE(status.error().message.find(message) != std::string::npos, status.error().message);
  CHECK(is_well_styled(status.error().message));
}

TEST_CASE("dequantize: a block of each type is what was computed apart") {
  for (const BlockExample& example : kBlockExamples) {
    CAPTURE(facts(example.type).name);
    const Bytes block = example_block(example, 3, 5);
    const DyadicRow row = row_of(tensor_of(example.type, {example.numbers.size()}, block));
    CHECK(row.exponent == example.exponent);
    REQUIRE(row.mantissas.size() == example.numbers.size());
    for (std::size_t i = 0; i < row.mantissas.size(); ++i) {
      CAPTURE(i);
      CHECK(row.mantissas[i] == example.numbers[i]);
    }
  }
}

TEST_CASE("dequantize: scales are multiplied exactly, whatever their size and sign") {
  // 3 times the pattern's numbers at d = 1 unit; the largest half is 2047 * 2^29 units.
  constexpr std::int64_t kLargestUnits = 2047LL << 29;
  for (const BlockExample& example : kBlockExamples) {
    CAPTURE(facts(example.type).name);
    const auto columns = example.numbers.size();
    const Bytes large = example_block(example, kLargestHalf, 0);
    const Bytes negative = example_block(example, kLargestHalf | 0x8000, 0x8000);
    const Bytes unit = example_block(example, 1, 0);
    const DyadicRow row = row_of(tensor_of(example.type, {columns}, large));
    const DyadicRow opposite = row_of(tensor_of(example.type, {columns}, negative));
    const DyadicRow numbers = row_of(tensor_of(example.type, {columns}, unit));
    for (std::size_t i = 0; i < columns; ++i) {
      CHECK(row.mantissas[i] == numbers.mantissas[i] * kLargestUnits);
      CHECK(opposite.mantissas[i] == -row.mantissas[i]);
      CHECK(row.mantissas[i] < 1LL << 53);
    }
  }
}

TEST_CASE("dequantize: rows and blocks follow each other") {
  for (const BlockExample& example : kBlockExamples) {
    CAPTURE(facts(example.type).name);
    const auto columns = example.numbers.size();
    const Bytes one = example_block(example, 3, 5);
    const Bytes two = example_block(example, 6, 10);
    const Bytes bytes = joined({one, two, two, two, one, one});
    const Tensor tensor = tensor_of(example.type, {3, 2 * columns}, bytes);
    CHECK(tensor.rows() == 3);
    CHECK(tensor.columns() == 2 * columns);
    const std::int64_t factors[3][2] = {{1, 2}, {2, 2}, {1, 1}};
    for (std::size_t r = 0; r < 3; ++r) {
      const DyadicRow row = row_of(tensor, r);
      REQUIRE(row.mantissas.size() == 2 * columns);
      for (std::size_t i = 0; i < 2 * columns; ++i)
        CHECK(row.mantissas[i] == factors[r][i / columns] * example.numbers[i % columns]);
    }
    check_refused(tensor, ErrorCode::internal, "tensor 't' has no row 3", 3);
  }
}

TEST_CASE("dequantize: scales that are not finite are refused") {
  for (const BlockExample& example : kBlockExamples) {
    CAPTURE(facts(example.type).name);
    const auto columns = example.numbers.size();
    const Bytes good = example_block(example, 3, 5);
    for (const std::uint16_t bad : std::array<std::uint16_t, 3>{0x7c00, 0xfc00, 0x7e00}) {
      const Bytes bytes = joined({good, good, good, example_block(example, bad, 5)});
      const std::string where = "tensor 't', row 1: the number or scale at column " +
                                std::to_string(columns) + " is infinite or not a number";
      check_refused(tensor_of(example.type, {2, 2 * columns}, bytes), ErrorCode::corrupt, where, 1);
      if (example.scales[1] < 0) continue;
      const Bytes minimum = joined({good, good, good, example_block(example, 3, bad)});
      check_refused(tensor_of(example.type, {2, 2 * columns}, minimum), ErrorCode::corrupt, where,
                    1);
    }
  }
}

TEST_CASE("dequantize: half-precision numbers are exact") {
  const Bytes bytes = stored<std::uint16_t>({0x3c00, 0x8001, kLargestHalf, 0x8000, 0xc100});
  const DyadicRow row = row_of(tensor_of(ElementType::f16, {5}, bytes));
  CHECK(row.mantissas == Mantissas{1 << 24, -1, 65504LL << 24, 0, -(5 << 23)});
  CHECK(row.exponent == -24);
  check_refused(tensor_of(ElementType::f16, {1}, stored<std::uint16_t>({0xfc00})),
                ErrorCode::corrupt, "column 0 is infinite");
}

TEST_CASE("dequantize: single-precision numbers are exact 29 bits below the largest") {
  // 1 = 2^23 * 2^-23, so the exponent is -52. 2^-29 (1 + 2^-23) is the least with all its bits.
  const Bytes bytes =
      stored<std::uint32_t>({0x3f800000, 0xbf800001, 0x31000001, 0x00000000, 0x80000000});
  const DyadicRow row = row_of(tensor_of(ElementType::f32, {5}, bytes));
  CHECK(row.exponent == -52);
  CHECK(row.mantissas == Mantissas{1LL << 52, -((1LL << 52) + (1LL << 29)), (1 << 23) + 1, 0, 0});
}

TEST_CASE("dequantize: smaller single-precision numbers are rounded, ties to even") {
  // 2^-30 times 1 + k * 2^-23 has half a unit for an odd k.
  const Bytes bytes = stored<std::uint32_t>({0x3f800000, 0x30800000, 0x30800001, 0xb0800003,
                                             0x25800000, 0x25000000, 0x25800001, 0x00000001});
  const DyadicRow row = row_of(tensor_of(ElementType::f32, {8}, bytes));
  CHECK(row.exponent == -52);
  CHECK(row.mantissas == Mantissas{1LL << 52, 1 << 22, 1 << 22, -((1 << 22) + 2), 1, 0, 1, 0});
}

TEST_CASE("dequantize: single-precision numbers of any size") {
  const DyadicRow zeros =
      row_of(tensor_of(ElementType::f32, {2}, stored<std::uint32_t>({0, 1U << 31})));
  CHECK(zeros.mantissas == Mantissas{0, 0});
  CHECK(zeros.exponent == 0);
  const DyadicRow least =
      row_of(tensor_of(ElementType::f32, {2}, stored<std::uint32_t>({1, 0x800002})));
  CHECK(least.exponent == -178);
  CHECK(least.mantissas == Mantissas{1LL << 29, ((1LL << 23) + 2) << 29});
  const DyadicRow most =
      row_of(tensor_of(ElementType::f32, {2}, stored<std::uint32_t>({0xff7fffff, 1})));
  CHECK(most.exponent == 75);
  CHECK(most.mantissas == Mantissas{-(((1LL << 24) - 1) << 29), 0});
  for (const std::uint32_t bad : {0x7f800000U, 0xff800000U, 0x7fc00000U})
    check_refused(tensor_of(ElementType::f32, {2}, stored<std::uint32_t>({0, bad})),
                  ErrorCode::corrupt, "column 1 is infinite or not a number");
}

TEST_CASE("dequantize: a bfloat16 is the single-precision number of its bits") {
  SplitMix64 random(3);
  std::vector<std::uint16_t> numbers(500);
  std::vector<std::uint32_t> singles;
  for (std::uint16_t& number : numbers) {
    do number = static_cast<std::uint16_t>(random.next());
    while ((number & 0x7f80) == 0x7f80);
    singles.push_back(std::uint32_t{number} << 16);
  }
  const Bytes stored_numbers = stored(numbers);
  const Bytes stored_singles = stored(singles);
  const DyadicRow row = row_of(tensor_of(ElementType::bf16, {500}, stored_numbers));
  const DyadicRow expected = row_of(tensor_of(ElementType::f32, {500}, stored_singles));
  CHECK(row.mantissas == expected.mantissas);
  CHECK(row.exponent == expected.exponent);
  check_refused(tensor_of(ElementType::bf16, {1}, stored<std::uint16_t>({0x7f80})),
                ErrorCode::corrupt, "column 0 is infinite");
}

TEST_CASE("dequantize: rows that are too long are refused") {
  const Tensor tensor = tensor_of(ElementType::f16, {kMaxColumns + 1}, {});
  check_refused(tensor, ErrorCode::unsupported,
                "tensor 't' has rows of 1048577 numbers, more than 1048576");
}

}  // namespace
}  // namespace czip::test
