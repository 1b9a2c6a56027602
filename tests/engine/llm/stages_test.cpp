// The files of conformance/llm are what czip makes and computes, and the independent decoder, which
// was written from the pages alone, computes the same.
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/reference.hpp"
#include "support/files.hpp"
#include "support/llm_conformance_vectors.hpp"
#include "support/results.hpp"

namespace czip::llm {
namespace {

using test::Json;

test::Bytes stored(const std::string& name) {
  return test::read_file(std::string(CZIP_CONFORMANCE_DIR) + "/" + name);
}
Json stored_vectors() { return Json::parse(stored(test::kLlmStageVectors)); }

std::vector<Row> rows_of(const Json& vector) {
  std::vector<Row> rows;
  for (const Json& token : vector["tokens"]) rows.push_back({token["stream"], token["token"]});
  return rows;
}

// Compares row by row, so that the first difference is told.
void check_rows(const Json& made, const Json& expected) {
  REQUIRE(made.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    for (const auto& field : expected[i].items()) {
      const std::string key = field.key();
      CAPTURE(key);
      CHECK(made[i].value(key, Json()) == field.value());
    }
  }
}

TEST_CASE("the stored models and stages are what czip makes") {
  for (const test::LlmModelFile& model : test::llm_model_files())
    CHECK(stored(model.name) == model.file);
  const Json made = test::llm_stage_vectors();
  const Json expected = stored_vectors();
  REQUIRE(made.size() == expected.size());
  for (std::size_t i = 0; i < made.size(); ++i) {
    check_rows(made[i]["tokens"], expected[i]["tokens"]);
    CHECK(made[i]["ids"] == expected[i]["ids"]);
  }
}

TEST_CASE("czip computes the stored stages at every SIMD level") {
  for (const Json& vector : stored_vectors()) {
    CAPTURE(vector["model"]);
    const test::Bytes model = stored(vector["model"]);
    const auto file = test::value_of(safetensors::File::parse(model));
    const auto weights = test::value_of(Weights::parse(file));
    const std::size_t vocabulary = weights.config.vocabulary;
    const std::vector<Row> rows = rows_of(vector);
    for (const SimdLevel level : supported_simd_levels()) {
      CAPTURE(simd_level_name(level));
      const auto network = test::value_of(Network::create(weights, level));
      auto state =
          test::value_of(State::create(network, {.streams = 2, .window = vector["window"]}));
      std::vector<std::int32_t> logits(rows.size() * vocabulary);
      state.forward(rows, logits);
      std::vector<std::uint64_t> cumulative(vocabulary + 1);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        CAPTURE(i);
        const auto row = std::span(logits).subspan(i * vocabulary, vocabulary);
        network.cumulative_frequencies(row, cumulative);
        CHECK(test::hash_of_logits(row) == vector["tokens"][i]["logits"]);
        CHECK(test::hash_of_frequencies(cumulative) == vector["tokens"][i]["cumulative"]);
      }
    }
  }
}

TEST_CASE("the independent decoder computes the stored stages") {
  for (const Json& vector : stored_vectors()) {
    CAPTURE(vector["model"]);
    const test::Bytes model = stored(vector["model"]);
    std::vector<std::pair<std::size_t, std::size_t>> rows;
    for (const Row& row : rows_of(vector)) rows.emplace_back(row.stream, row.token);
    check_rows(Json::parse(reference_language_stages(model, vector["window"], rows)),
               vector["tokens"]);
    CHECK(reference_language_text(model, vector["ids"]) == vector["text"]);
    CHECK(reference_language_text(model, {267}).empty());
  }
}

}  // namespace
}  // namespace czip::llm
