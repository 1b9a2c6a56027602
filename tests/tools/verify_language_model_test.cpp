// What `czip verify` proves of a public language model, against plain sums, and what it finds.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "czip/engine/llm/config.hpp"
#include "czip/engine/llm/weights.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "support/llm_seeded_model.hpp"
#include "support/results.hpp"
#include "support/safetensors_writer.hpp"
#include "support/v2_language_model.hpp"
#include "verify/checks.hpp"

namespace czip::tool {
namespace {

using test::value_of;

const Check& check_of(const Checks& checks, std::string_view name) {
  const auto found = std::ranges::find(checks, "language model " + std::string(name), &Check::name);
  REQUIRE(found != checks.end());
  return *found;
}

bool all_hold(const Checks& checks) {
  return std::ranges::all_of(checks,
                             [](const Check& check) { return check.verdict != Verdict::failure; });
}

// Row by row, from the places that the specification gives.
struct PlainSums {
  std::uint64_t weights = 0;
  std::uint64_t bytes = 0;
};
PlainSums largest_sums(const llm::Matrix& matrix) {
  PlainSums most;
  for (std::size_t row = 0; row < llm::tiled_outputs(matrix.outputs); ++row) {
    PlainSums sums;
    for (std::size_t input = 0; input < matrix.inputs; ++input) {
      const int byte = matrix.tiles[llm::tile_place(row, input, matrix.inputs)];
      sums.weights += static_cast<std::uint64_t>(std::abs(byte - 128));
      sums.bytes += static_cast<std::uint64_t>(byte);
    }
    most.weights = std::max(most.weights, sums.weights);
    most.bytes = std::max(most.bytes, sums.bytes);
  }
  return most;
}

TEST_CASE("the sums of every row are those of plain steps") {
  for (const bool extreme : {false, true}) {
    test::SeededLlmOptions options;
    options.extreme = extreme;
    options.config.biases = llm::kAllBiases;
    options.config.feed_forward = 2048;  // more inputs than 16 bits can add up
    const auto file = test::write_safetensors(test::make_seeded_llm(options));
    const auto tensors = value_of(safetensors::File::parse(file));
    const auto weights = value_of(llm::Weights::parse(tensors));
    for (const unsigned threads : {1U, 3U}) {
      const Checks checks = check_language_model_arithmetic(tensors, {.threads = threads});
      CHECK(all_hold(checks));
      const auto compare = [&](const std::string& name, const llm::Matrix& matrix) {
        const PlainSums sums = largest_sums(matrix);
        const Check& check = check_of(checks, "matrix " + name);
        CHECK(check.values["rows"] == matrix.outputs);
        CHECK(check.values["largest_accumulator"] == 127 * sums.weights);
        CHECK(check.values["largest_accumulator_of_bytes"] == 127 * sums.bytes);
      };
      compare("layers.0.qkv", weights.layers[0].qkv);
      compare("layers.0.output", weights.layers[0].output);
      compare("layers.1.up", weights.layers[1].up);
      compare("layers.1.down", weights.layers[1].down);
      compare("head", weights.head);
    }
  }
}

TEST_CASE("learned positions count, and there is no rotation") {
  test::SeededLlmOptions options;
  options.config.rotary = 0;
  options.config.gated = 0;
  const auto file = test::write_safetensors(test::make_seeded_llm(options));
  const auto tensors = value_of(safetensors::File::parse(file));
  const Checks checks = check_language_model_arithmetic(tensors, {});
  CHECK(all_hold(checks));
  CHECK(check_of(checks, "embedding").values["largest_position"] > 0);
  CHECK(check_language_model_tables(tensors, options.config).size() == 2);
}

TEST_CASE("a scale beyond its bound is a failure") {
  auto content = test::make_seeded_llm();
  auto& scales = content.tensor("llm.layers.0.up.scale").bytes;
  scales[3] = 0xFF;
  const auto file = test::write_safetensors(content);
  const Checks checks =
      check_language_model_arithmetic(value_of(safetensors::File::parse(file)), {});
  REQUIRE(checks.size() == 1);
  CHECK(checks.front().verdict == Verdict::failure);
}

// The tables after one element was changed.
Checks tables_with(std::string_view tensor, std::size_t byte, std::uint8_t value) {
  const test::SeededLlmOptions options;
  auto content = test::make_seeded_llm(options);
  content.tensor(tensor).bytes[byte] = value;
  const auto file = test::write_safetensors(content);
  return check_language_model_tables(value_of(safetensors::File::parse(file)), options.config);
}

TEST_CASE("tables beyond their bounds are failures") {
  CHECK(check_of(tables_with("llm.exp2", 0, 0), "table exp2").verdict == Verdict::failure);
  CHECK(check_of(tables_with("llm.exp2", 35, 0), "table exp2").verdict == Verdict::failure);
  CHECK(check_of(tables_with("llm.gate", 0, 1), "table gate").verdict == Verdict::failure);
  CHECK(check_of(tables_with("llm.gate", 4003, 1), "table gate").verdict == Verdict::failure);
  CHECK(check_of(tables_with("llm.rotary", 1, 0x7F), "table rotary").verdict == Verdict::failure);
}

TEST_CASE("a whole model holds") {
  const auto checks = check_language_model(test::tiny_language_model_v2(), {.threads = 2});
  REQUIRE(checks);
  CHECK(all_hold(*checks));
  CHECK(check_of(*checks, "tokens").values["ids"] == test::kSeededLlmVocabulary);
  CHECK(check_of(*checks, "tokens").values["silent"] ==
        test::kSeededLlmVocabulary - test::kSeededLlmTokens);
  CHECK(check_of(*checks, "coding").values["sample_bytes"] == 64);
}

}  // namespace
}  // namespace czip::tool
