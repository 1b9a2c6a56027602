// The stages of conformance/v2/stages.json and the numbers of conformance/czip-v2-example.md are
// what czip computes, and the independent decoder computes the same stages.
#include <doctest/doctest.h>

#include <string>

#include "core/reference.hpp"
#include "support/files.hpp"
#include "support/v2_conformance_vectors.hpp"
#include "support/v2_example.hpp"

namespace czip::v2 {
namespace {

test::Bytes stored(const std::string& name) {
  return test::read_file(std::string(CZIP_CONFORMANCE_DIR) + "/" + name);
}

// Compares decision by decision, so that the first difference is told.
void check_tokens(const test::Json& tokens, const test::Json& expected) {
  REQUIRE(tokens.size() == expected.size());
  for (std::size_t t = 0; t < expected.size(); ++t) {
    CAPTURE(t);
    for (const auto& field : expected[t].items()) {
      const std::string key = field.key();
      CAPTURE(key);
      if (key != "decisions") CHECK(tokens[t].value(key, test::Json()) == field.value());
    }
    const test::Json& decisions = expected[t]["decisions"];
    REQUIRE(tokens[t]["decisions"].size() == decisions.size());
    for (std::size_t d = 0; d < decisions.size(); ++d) {
      CAPTURE(d);
      CHECK(tokens[t]["decisions"][d] == decisions[d]);
    }
  }
  const bool nothing_more = tokens == expected;
  CHECK(nothing_more);
}

}  // namespace

TEST_CASE("czip computes the stored stages, at every SIMD level") {
  const test::Json vectors = test::Json::parse(stored(test::kStageVectors));
  for (const SimdLevel simd : supported_simd_levels()) {
    const test::Json made = test::stage_vectors_v2(simd);
    REQUIRE(made.size() == vectors.size());
    for (std::size_t i = 0; i < vectors.size(); ++i) {
      CAPTURE(vectors[i]["file"]);
      CHECK(made[i]["file"] == vectors[i]["file"]);
      CHECK(made[i]["model"] == vectors[i]["model"]);
      check_tokens(made[i]["tokens"], vectors[i]["tokens"]);
    }
  }
}

TEST_CASE("the independent decoder computes the stored stages") {
  for (const test::Json& vector : test::Json::parse(stored(test::kStageVectors))) {
    CAPTURE(vector["file"]);
    const test::Bytes model = stored(vector["model"]);
    const std::string stages =
        reference_stages(model, stored(vector["file"]), test::kStageDecisions);
    check_tokens(test::Json::parse(stages), vector["tokens"]);
  }
}

TEST_CASE("the stages are of every profile, both networks and a language model") {
  const test::Json vectors = test::Json::parse(stored(test::kStageVectors));
  std::size_t decisions = 0;
  std::size_t with_network = 0;
  std::size_t with_recurrent = 0;
  std::size_t with_language_model = 0;
  for (const test::Json& vector : vectors) {
    for (const test::Json& token : vector["tokens"]) {
      decisions += token["decisions"].size();
      if (token.contains("network")) ++with_network;
      if (token.contains("recurrent")) ++with_recurrent;
      if (token.contains("candidates")) ++with_language_model;
    }
  }
  CHECK(vectors.size() == 9);
  CHECK(decisions >= vectors.size() * test::kStageDecisions);
  CHECK(with_network > 0);
  CHECK(with_recurrent > with_network);
  CHECK(with_language_model > 0);
}

TEST_CASE("the numbers of the worked example are what czip computes") {
  const test::Bytes bytes = stored(test::kExamplePage);
  const std::string page(bytes.begin(), bytes.end());
  CHECK(test::with_example_v2(page) == page);
}

}  // namespace czip::v2
