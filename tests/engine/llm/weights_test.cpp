// The tensors of a czip-llm-v1 file: read as they are, and refused where any of them could lead out
// of the page's bounds.
#include "czip/engine/llm/weights.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "support/error_style.hpp"
#include "support/llm_seeded_model.hpp"

namespace czip::llm {
namespace {

using test::SafetensorsContent;
using test::SeededLlmOptions;

SeededLlmOptions with_everything() {
  SeededLlmOptions options;
  options.config.biases = kAllBiases;
  return options;
}

Result<Weights> parse(const std::vector<std::uint8_t>& bytes) {
  const auto file = safetensors::File::parse(bytes);
  REQUIRE(file.has_value());
  return Weights::parse(*file);
}

// The message with which a changed model is refused.
std::string refusal(const std::function<void(SafetensorsContent&)>& change,
                    ErrorCode code = ErrorCode::corrupt,
                    const SeededLlmOptions& options = with_everything()) {
  SafetensorsContent content = test::make_seeded_llm(options);
  change(content);
  const auto weights = parse(test::write_safetensors(content));
  REQUIRE_FALSE(weights.has_value());
  CHECK(weights.error().code == code);
  CHECK(test::is_well_styled(weights.error().message));
  return weights.error().message;
}

template <class T>
std::function<void(SafetensorsContent&)> set(const std::string& name, std::size_t i, T value) {
  return [=](SafetensorsContent& content) {
    store_le<T>(content.tensor("llm." + name).bytes.data() + i * sizeof(T), value);
  };
}

TEST_CASE("tensors are read as they are") {
  const SeededLlmOptions options = with_everything();
  const auto bytes = test::write_safetensors(test::make_seeded_llm(options));
  const auto weights = parse(bytes);
  REQUIRE(weights.has_value());
  CHECK(weights->config == options.config);
  CHECK(weights->layers.size() == 2);
  const Matrix& qkv = weights->layers[1].qkv;
  CHECK(qkv.outputs == 128);
  CHECK(qkv.inputs == 64);
  CHECK(qkv.tiles.size() == 128 * 64);
  CHECK(qkv.tiles.data() >= bytes.data());  // in the file, not a copy
  CHECK(qkv.tiles.data() < bytes.data() + bytes.size());
  CHECK(qkv.bias.size() == 128);
  CHECK(weights->head.scale.size() == 320);
  CHECK(weights->head.scale[300] == 0);
  CHECK(weights->layers[0].score_shift == 12);
  CHECK(weights->rotary.size() == 48 * 16);
  CHECK(weights->rotary[0] == 16384);
}

TEST_CASE("fields of the configuration keep to their limits") {
  struct Case {
    std::size_t field;
    std::uint32_t value;
    const char* message;
  };
  const Case cases[] = {
      {1, 1, "vocabulary = 1, expected 2 to 1048576"},
      {2, 40, "width = 40, expected 16 to 16384 in steps of 16"},
      {2, 16400, "width = 16400"},
      {3, 0, "layers = 0"},
      {4, 257, "heads = 257"},
      {5, 3, "no multiple of kv_heads = 3"},
      {5, 0, "kv_heads = 0"},
      {6, 272, "head_size = 272"},
      {7, 16, "feed_forward = 16, expected 32 to 65536 in steps of 32"},
      {8, 15, "context = 15"},
      {8, 32769, "context = 32769"},
      {9, 13, "kept = 13, expected 0 to 12"},
      {10, 18, "rotary = 18, expected 0 to 16 in steps of 2"},
      {10, 7, "rotary = 7"},
      {11, 2, "gated = 2"},
      {12, 0, "block = 0"},
      {12, 64, "a power of two that divides feed_forward = 96"},
      {12, 3, "a power of two that divides"},
      {13, 32, "biases = 32"},
      {15, 0x40000000, "epsilon = "},
  };
  for (const Case& c : cases) {
    CAPTURE(c.message);
    const std::string message = refusal(set<std::uint32_t>("config", c.field, c.value));
    CHECK(message.find(c.message) != std::string::npos);
  }
  CHECK(refusal(set<std::uint32_t>("config", 0, 2), ErrorCode::unsupported) ==
        "the language model has format version 2, this czip knows 1");
}

TEST_CASE("shapes that do not follow from the configuration are refused") {
  // Each field as another valid number: some tensor has another shape then, or is one too many.
  for (const auto& [field, value] : std::vector<std::pair<std::size_t, std::uint32_t>>{{1, 301},
                                                                                       {2, 80},
                                                                                       {3, 1},
                                                                                       {3, 3},
                                                                                       {4, 2},
                                                                                       {5, 1},
                                                                                       {6, 32},
                                                                                       {7, 160},
                                                                                       {8, 64},
                                                                                       {10, 0},
                                                                                       {10, 14},
                                                                                       {11, 0},
                                                                                       {13, 30},
                                                                                       {13, 15}})
    CHECK(refusal(set<std::uint32_t>("config", field, value)).starts_with("tensor 'llm."));
}

TEST_CASE("tables that could lead out of bounds are refused") {
  CHECK(refusal(set<std::uint16_t>("exp2", 0, 65534)).find("both of its halves") !=
        std::string::npos);
  CHECK(refusal(set<std::uint16_t>("exp2", 15, 32767)).find("'llm.exp2'") != std::string::npos);
  CHECK(refusal(set<std::uint16_t>("exp2", 16, 1)).find("'llm.exp2'") != std::string::npos);
  CHECK(refusal(set<std::uint16_t>("exp2", 20, 65535)).find("'llm.exp2'") != std::string::npos);
  CHECK(refusal(set<std::uint32_t>("gate", 0, 524287)).find("expected from 524288") !=
        std::string::npos);
  CHECK(refusal(set<std::uint32_t>("gate", 2048, 1048577)).find("1048576 or less") !=
        std::string::npos);
  CHECK(refusal(set<std::uint32_t>("gate", 100, 0)).find("behind entry 99") != std::string::npos);
  CHECK(refusal(set<std::uint32_t>("gate", 1, 524288 + 4096)).find("behind entry 0") !=
        std::string::npos);
  CHECK(refusal(set<std::int16_t>("rotary", 7, 16385)) ==
        "tensor 'llm.rotary' has an element 16385, expected -16384 to 16384");
  SeededLlmOptions learned = with_everything();
  learned.config.rotary = 0;
  CHECK(refusal(set<std::int32_t>("positions", 1, INT32_MIN), ErrorCode::corrupt, learned)
            .find("element -2147483648") != std::string::npos);
}

TEST_CASE("scales, shifts and biases out of their ranges are refused") {
  CHECK(refusal(set<std::uint32_t>("layers.1.down.scale", 3, 1 << 24)) ==
        "tensor 'llm.layers.1.down.scale' has an element 16777216, expected at most 16777215");
  CHECK(refusal(set<std::uint32_t>("embedding.scale", 0, UINT32_MAX)).find("4294967295") !=
        std::string::npos);
  CHECK(refusal(set<std::uint8_t>("head.shift", 0, 10)) ==
        "tensor 'llm.head.shift' is 10, expected 11 to 62");
  CHECK(refusal(set<std::uint8_t>("layers.0.up.shift", 0, 63)).find("is 63") != std::string::npos);
  CHECK(refusal(set<std::uint8_t>("embedding.shift", 0, 0)).find("is 0") != std::string::npos);
  CHECK(refusal(set<std::uint8_t>("layers.0.score_shift", 0, 6)).find("7 to 20") !=
        std::string::npos);
  CHECK(refusal(set<std::int32_t>("head.bias", 299, kBound + 1)).find("element 1073741824") !=
        std::string::npos);
}

TEST_CASE("a tensor that is missing, of another type, or one too many is refused") {
  CHECK(refusal([](SafetensorsContent& c) { c.remove("llm.layers.1.output.weight"); }) ==
        "tensor 'llm.layers.1.output.weight' is missing");
  CHECK(refusal([](SafetensorsContent& c) {
          c.tensor("llm.head.weight").dtype = "I8";
        }).find("dtype I8, expected U8") != std::string::npos);
  CHECK(refusal([](SafetensorsContent& c) {
          c.tensors.push_back(test::make_scalar<std::uint8_t>("llm.layers.2.qkv.shift", 11));
        }) == "tensor 'llm.layers.2.qkv.shift' is none that the model's configuration has");
  SafetensorsContent content = test::make_seeded_llm();
  content.tensors.push_back(test::make_scalar<std::uint8_t>("tokenizer.kind", 1));
  CHECK(parse(test::write_safetensors(content)).has_value());
}

}  // namespace
}  // namespace czip::llm
