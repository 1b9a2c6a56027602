// The vectors of conformance/v1, which need nothing from outside the repository.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "czip/codec/v1/codec.hpp"
#include "support/files.hpp"
#include "support/v1_conformance_vectors.hpp"
#include "support/v1_seeded_model.hpp"

namespace czip::v1 {
namespace {

const std::string kDirectory = std::string(CZIP_CONFORMANCE_DIR) + "/v1/";

Model seeded_model() {
  auto model = load_model(test::read_file(kDirectory + "seeded.czm"));
  REQUIRE(model.has_value());
  return std::move(*model);
}

TEST_CASE("the seeded model is made again bit for bit") {
  CHECK(test::make_seeded_model() == test::read_file(kDirectory + "seeded.czm"));
}

// Checks all vectors at the fastest SIMD level. At the slower ones, and where there is only the
// scalar level, checks every seventh, which covers each input, level and dialect.
TEST_CASE("the vectors are reproduced at every SIMD level") {
  const Model model = seeded_model();
  const auto vectors = nlohmann::json::parse(test::read_file(kDirectory + "vectors.json"));
  REQUIRE(vectors.size() == std::size(test::kConformanceInputs) * 5 * kDialects.size());
  for (const SimdLevel simd : supported_simd_levels()) {
    const bool all = simd == best_simd_level() && simd != SimdLevel::scalar;
    for (std::size_t i = 0; i < vectors.size(); i += all ? 1 : 7) {
      const nlohmann::json& expected = vectors[i];
      const std::string input = expected.at("input");
      const auto dialect = parse_dialect(expected.at("dialect").get<std::string>());
      REQUIRE(dialect.has_value());
      CAPTURE(simd_level_name(simd));
      CHECK(test::compute_vector(model, input, test::read_file(kDirectory + input),
                                 expected.at("level"), *dialect, simd) == expected);
    }
  }
}

TEST_CASE("every file written by an earlier czip still decodes") {
  const Model model = seeded_model();
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kDirectory)) {
    if (entry.path().extension() != ".czip") continue;
    ++files;
    CAPTURE(entry.path().string());
    const auto packed = test::read_file(entry.path().string());
    MemorySource source(packed);
    MemorySink text;
    REQUIRE(v1::decode(model, source, text, {}).has_value());
    // english.txt.brotli.czip was made from english.txt.
    CHECK(text.bytes() == test::read_file(kDirectory + entry.path().stem().stem().string()));
  }
  CHECK(files >= 8);
}

}  // namespace
}  // namespace czip::v1
