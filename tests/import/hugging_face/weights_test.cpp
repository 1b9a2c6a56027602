#include "czip/import/hugging_face/weights.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/import/dequantize.hpp"
#include "support/bytes.hpp"
#include "support/refusals.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;
using safetensors::TensorContent;

// Parsed files and their bytes.
class Files {
 public:
  void add(const std::vector<TensorContent>& tensors) {
    bytes_.push_back(safetensors::write({}, tensors));
    auto parsed = safetensors::File::parse(bytes_.back());
    REQUIRE_MESSAGE(parsed.has_value(), parsed.error().message);
    files_.push_back(*std::move(parsed));
  }
  [[nodiscard]] const std::vector<safetensors::File>& files() const { return files_; }

 private:
  std::list<Bytes> bytes_;
  std::vector<safetensors::File> files_;
};

template <class T>
void check_refused(const Result<T>& result, const std::string& message) {
  check_refusal(result, ErrorCode::corrupt, message);
}

TEST_CASE("weights: tensors of several files, without those of other dtypes") {
  Files files;
  files.add({{"a", "BF16", {2, 3}, {0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0}},
             {"mask", "BOOL", {2}, {1, 0}}});
  files.add({{"b", "F32", {1}, {0, 0, 0x80, 0x3f}}, {"c", "F16", {}, {0, 0x3c}}});
  const auto tensors = weights_of(files.files());
  REQUIRE_MESSAGE(tensors.has_value(), tensors.error().message);
  CHECK(tensors->all().size() == 3);
  CHECK(tensors->find("mask") == nullptr);
  const Tensor* const a = tensors->require("a", std::array<std::uint64_t, 2>{2, 3}).value();
  CHECK(a->type == ElementType::bf16);
  DyadicRow row;
  REQUIRE(read_row(*a, 0, row).has_value());  // 0, 1, 0
  CHECK(row.mantissas[1] == 1LL << 52);
  CHECK(row.exponent == -52);
  REQUIRE(read_row(*a, 1, row).has_value());  // -2, 0, 0
  CHECK(row.mantissas[0] == -(1LL << 52));
  CHECK(row.exponent == -51);
  REQUIRE(read_row(*tensors->find("c"), 0, row).has_value());
  CHECK(row.mantissas == std::vector<std::int64_t>{1 << 24});
}

TEST_CASE("weights: a tensor in two files, or an empty one, is refused") {
  Files files;
  files.add({{"a", "F16", {1}, {0, 0}}});
  files.add({{"a", "F32", {1}, {0, 0, 0, 0}}});
  check_refused(weights_of(files.files()), "there are two tensors 'a'");
  Files empty;
  empty.add({{"e", "F16", {0, 4}, {}}});
  check_refused(weights_of(empty.files()), "tensor 'e' has the shape [0, 4], which is empty");
}

TEST_CASE("weights: an index names files and their tensors") {
  const auto index = parse_weight_index(R"({"metadata": {"total_size": 12}, "weight_map": {
      "model.b": "m-2.safetensors", "a": "m-1.safetensors", "mask": "m-2.safetensors"}})");
  REQUIRE_MESSAGE(index.has_value(), index.error().message);
  CHECK(index->files == std::vector<std::string>{"m-1.safetensors", "m-2.safetensors"});
  CHECK(index->tensors.size() == 3);
  CHECK(index->tensors.at("model.b") == "m-2.safetensors");

  Files files;
  files.add({{"a", "F16", {1}, {0, 0}}});
  check_refused(check_complete(*index, files.files()),
                "tensor 'mask' is missing; it should be in 'm-2.safetensors'");
  files.add({{"mask", "BOOL", {1}, {0}}, {"model.b", "F16", {1}, {0, 0}}});
  CHECK(check_complete(*index, files.files()).has_value());
}

TEST_CASE("weights: lies of an index are refused") {
  const std::string name = "model.safetensors.index.json";
  check_refused(parse_weight_index("{}"), name + " has no weight_map");
  check_refused(parse_weight_index(R"({"weight_map": {"a": 1}})"),
                name + ": 'weight_map.a' is no string, expected the name of a file beside it");
  for (const std::string_view file : {"", "../a", "/etc/passwd", "a/b", "..", ".hidden", "C:a"})
    check_refused(parse_weight_index(R"({"weight_map": {"a": ")" + std::string(file) + "\"}}"),
                  name + ": 'weight_map.a' is '" + std::string(file) +
                      "', expected the name of a file beside it");
  check_refused(parse_weight_index(R"({"weight_map": {"a": "b\\c"}})"),
                name + ": 'weight_map.a' is 'b\\c', expected the name of a file beside it");
  check_refused(parse_weight_index(R"({"weight_map": {"a": "b\n"}})"),
                name + ": 'weight_map.a' is 'b\\x0a', expected the name of a file beside it");
}

}  // namespace
}  // namespace czip::test
