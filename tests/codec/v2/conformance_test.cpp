// The files of conformance/v2: written by an earlier czip, they must decode for ever, and until the
// format has a first release, every machine must write them byte for byte.
#include <doctest/doctest.h>

#include <string>

#include "support/files.hpp"
#include "support/v2_conformance_vectors.hpp"
#include "support/v2_files.hpp"

namespace czip::v2 {
namespace {

test::Bytes stored(const std::string& name) {
  return test::read_file(std::string(CZIP_CONFORMANCE_DIR) + "/" + name);
}

}  // namespace

TEST_CASE("the stored files decode to their texts") {
  for (const test::StoredFileV2& file : test::stored_files_v2()) {
    CAPTURE(file.name);
    const auto outcome = test::decode_v2(stored(file.name));
    CHECK(outcome.status.has_value());
    CHECK(outcome.text == file.text);
  }
}

TEST_CASE("this machine writes the stored files, at every SIMD level") {
  for (test::StoredFileV2& file : test::stored_files_v2()) {
    CAPTURE(file.name);
    for (const SimdLevel simd : supported_simd_levels()) {
      file.options.simd = simd;
      CHECK(test::encoded_v2(file.text, file.options) == stored(file.name));
    }
  }
}

TEST_CASE("the stored files with networks are those of the stored model, and decode") {
  const test::Bytes model_file = stored(test::kNetworksModel);
  CHECK(model_file == test::networks_model_v2());
  const auto model = Model::parse(model_file);
  REQUIRE(model.has_value());
  for (const test::NetworkFileV2& file : test::network_files_v2()) {
    CAPTURE(file.name);
    CHECK(stored(file.name) == file.file);
    const auto outcome = test::decode_v2(stored(file.name), *model);
    CHECK(outcome.status.has_value());
    CHECK(outcome.text == file.text);
  }
}

TEST_CASE("the stored armour is that of the stored file") {
  CHECK(stored(test::kStoredArmour) ==
        test::to_bytes(test::armour_of(stored(test::kArmouredFile))));
}

}  // namespace czip::v2
