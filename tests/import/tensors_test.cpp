#include "czip/import/tensors.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "czip/import/dequantize.hpp"
#include "czip/import/dyadic.hpp"
#include "czip/import/element_type.hpp"
#include "support/bytes.hpp"
#include "support/error_style.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;
using Shape = std::vector<std::uint64_t>;

void check_refused(ElementType type, const Shape& shape, const std::string& message) {
  const auto bytes = tensor_bytes(type, shape, "tensor 'x'");
  REQUIRE_FALSE(bytes.has_value());
  CHECK(bytes.error().code == ErrorCode::corrupt);
  CHECK_MESSAGE(bytes.error().message == message, bytes.error().message);
}

TEST_CASE("tensors: every type has ggml's number and size of a block") {
  struct Named {
    std::uint32_t number;
    const char* name;
    std::uint32_t elements;
    std::uint32_t bytes;
  };
  constexpr std::array kExpected{
      Named{0, "F32", 1, 4},         Named{1, "F16", 1, 2},       Named{2, "Q4_0", 32, 18},
      Named{3, "Q4_1", 32, 20},      Named{6, "Q5_0", 32, 22},    Named{7, "Q5_1", 32, 24},
      Named{8, "Q8_0", 32, 34},      Named{10, "Q2_K", 256, 84},  Named{11, "Q3_K", 256, 110},
      Named{12, "Q4_K", 256, 144},   Named{13, "Q5_K", 256, 176}, Named{14, "Q6_K", 256, 210},
      Named{16, "IQ2_XXS", 256, 66}, Named{20, "IQ4_NL", 32, 18}, Named{30, "BF16", 1, 2}};
  std::size_t known = 0;
  for (std::uint32_t number = 0; number < 100; ++number)
    if (element_type(number)) ++known;
  CHECK(known == kExpected.size());
  for (const Named& expected : kExpected) {
    CAPTURE(expected.name);
    const auto type = element_type(expected.number);
    REQUIRE(type.has_value());
    CHECK(facts(*type).name == expected.name);
    CHECK(facts(*type).block_elements == expected.elements);
    CHECK(facts(*type).block_bytes == expected.bytes);
    CHECK(ggml_type_name(expected.number) ==
          expected.name + std::string(" (") + std::to_string(expected.number) + ")");
  }
  CHECK(ggml_type_name(21) == "IQ3_S (21)");
  CHECK(ggml_type_name(4) == "unknown (4)");
  CHECK(ggml_type_name(42) == "Q2_0 (42)");
  CHECK(ggml_type_name(43) == "unknown (43)");
  CHECK(ggml_type_name(UINT32_MAX) == "unknown (4294967295)");
}

TEST_CASE("tensors: the bytes that a shape takes") {
  CHECK(tensor_bytes(ElementType::f32, Shape{}, "") == 4);
  CHECK(tensor_bytes(ElementType::f32, Shape{7}, "") == 28);
  CHECK(tensor_bytes(ElementType::q6_k, Shape{3, 512}, "") == 3 * 2 * 210);
  CHECK(tensor_bytes(ElementType::q8_0, Shape{2, 3, 5, 64}, "") == 30 * 2 * 34);
  CHECK(tensor_bytes(ElementType::f16, Shape{(std::uint64_t{1} << 62) - 1}, "") ==
        (std::uint64_t{1} << 63) - 2);
  check_refused(ElementType::f32, {4, 0}, "tensor 'x' has the shape [4, 0], which is empty");
  check_refused(ElementType::q4_k, {4, 128},
                "tensor 'x' has rows of 128 numbers, which are no whole Q4_K blocks of 256");
  check_refused(ElementType::f32, {std::uint64_t{1} << 61},
                "tensor 'x' has the shape [2305843009213693952], which takes 2^63 bytes or more");
  check_refused(
      ElementType::f32, {std::uint64_t{1} << 32, std::uint64_t{1} << 32},
      "tensor 'x' has the shape [4294967296, 4294967296], which takes 2^63 bytes or more");
  check_refused(ElementType::f16, {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX},
                "tensor 'x' has the shape [18446744073709551615, 18446744073709551615, "
                "18446744073709551615, 18446744073709551615], which takes 2^63 bytes or more");
}

TEST_CASE("tensors: a set finds them by name and shape") {
  TensorSet set;
  CHECK(set.add({.name = "a", .type = ElementType::f32, .shape = {2, 3}, .bytes = {}}).has_value());
  CHECK(set.add({.name = "b", .type = ElementType::f16, .shape = {}, .bytes = {}}).has_value());
  CHECK(set.find("a")->rows() == 2);
  CHECK(set.find("a")->columns() == 3);
  CHECK(set.find("b")->rows() == 1);
  CHECK(set.find("b")->columns() == 1);
  CHECK(set.find("c") == nullptr);
  CHECK(set.require("a", Shape{2, 3}).value() == set.find("a"));
  CHECK(set.require("c", Shape{}).error().message == "tensor 'c' is missing");
  CHECK(set.require("a", Shape{3, 2}).error().message ==
        "tensor 'a' has the shape [2, 3], expected [3, 2]");
  const Status twice = set.add({.name = "b", .type = ElementType::f16, .shape = {1}, .bytes = {}});
  REQUIRE_FALSE(twice.has_value());
  CHECK(twice.error().code == ErrorCode::corrupt);
  CHECK(twice.error().message == "there are two tensors 'b'");
  CHECK(set.find("b")->shape.empty());
  const Status odd = set.add({.name = "b", .type = ElementType::f16, .shape = {1}, .bytes = {}});
  CHECK(is_well_styled(odd.error().message));
}

// The numbers of a tensor of small integers, row by row.
std::vector<std::int64_t> numbers_of(const Tensor& tensor) {
  std::vector<std::int64_t> numbers;
  DyadicRow row;
  for (std::uint64_t i = 0; i < tensor.rows(); ++i) {
    REQUIRE(read_row(tensor, i, row).has_value());
    REQUIRE(row.exponent == -24);
    for (const std::int64_t mantissa : row.mantissas) numbers.push_back(mantissa >> 24);
  }
  return numbers;
}

TEST_CASE("tensors: parts, and rows and columns exchanged, view the same bytes") {
  using Numbers = std::vector<std::int64_t>;
  const Bytes halves{0, 0x3c, 0, 0x40, 0, 0x42, 0, 0x44, 0, 0x45, 0, 0x46};  // 1 to 6
  const Tensor tensor{.name = "a", .type = ElementType::f16, .shape = {3, 2}, .bytes = halves};
  CHECK(numbers_of(tensor) == Numbers{1, 2, 3, 4, 5, 6});
  const Tensor turned = transposed(tensor);
  CHECK(turned.shape == Shape{2, 3});
  CHECK(numbers_of(turned) == Numbers{1, 3, 5, 2, 4, 6});
  CHECK(numbers_of(transposed(turned)) == Numbers{1, 2, 3, 4, 5, 6});
  CHECK(numbers_of(part_of(tensor, 1, 2).value()) == Numbers{3, 4, 5, 6});
  CHECK(numbers_of(part_of(turned, 1, 1).value()) == Numbers{2, 4, 6});
  Tensor line{.name = "b", .type = ElementType::f16, .shape = {6}, .bytes = halves};
  CHECK(numbers_of(part_of(line, 2, 3).value()) == Numbers{3, 4, 5});
  const Bytes blocks(2 * 34);
  line = {.name = "c", .type = ElementType::q8_0, .shape = {64}, .bytes = blocks};
  CHECK(part_of(line, 32, 32).value().bytes.size() == 34);
  const auto cut = part_of(line, 16, 32);
  REQUIRE_FALSE(cut.has_value());
  CHECK(cut.error().code == ErrorCode::unsupported);
  CHECK(is_well_styled(cut.error().message));
}

}  // namespace
}  // namespace czip::test
