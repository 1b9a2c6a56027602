// A tokenizer's tensors in a model file, and back.
#include "czip/import/tokenizer/tensors.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/tensor_reader.hpp"
#include "czip/engine/safetensors/writer.hpp"

namespace czip::test {
namespace {

using safetensors::TensorReader;

llm::Description read_back(const llm::Description& description) {
  const auto file = safetensors::write({}, importer::tokenizer_tensors(description));
  const auto parsed = safetensors::File::parse(file);
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error().message);
  TensorReader reader(*parsed);
  constexpr auto kAny = TensorReader::kAnyLength;
  llm::Description back;
  back.config = reader.values<std::uint32_t>("llm_tokenizer.config", {llm::Settings::kWords});
  back.lengths = reader.values<std::uint16_t>("llm_tokenizer.lengths", {kAny});
  back.bytes = reader.values<std::uint8_t>("llm_tokenizer.bytes", {kAny});
  if (reader.has("llm_tokenizer.merges"))
    back.merges = reader.values<std::uint32_t>("llm_tokenizer.merges", {kAny, 2});
  if (reader.has("llm_tokenizer.order"))
    back.order = reader.values<std::uint32_t>("llm_tokenizer.order", {kAny});
  CHECK(reader.status().has_value());
  CHECK(reader.used() == parsed->tensors().size());
  return back;
}

TEST_CASE("tokenizer tensors: written and read back") {
  llm::Description description;
  description.config = llm::Settings{}.words();
  description.lengths = {1, 0, 700};
  description.bytes.assign(701, 7);
  CHECK(read_back(description) == description);
  description.merges = {0, 2, 1, 0xffffffff};
  CHECK(read_back(description) == description);
  description.merges.clear();
  description.order = {3, 2, 1};
  CHECK(read_back(description) == description);
}

}  // namespace
}  // namespace czip::test
