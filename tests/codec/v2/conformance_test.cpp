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

TEST_CASE("the stored files with random models are theirs, and decode at every SIMD level") {
  for (const test::RandomModelFilesV2& made :
       {test::network_files_v2(), test::language_model_files_v2(),
        test::language_prior_files_v2()}) {
    const test::Bytes model_file = stored(made.model);
    CHECK(model_file == made.model_file);
    const auto model = Model::parse(model_file);
    REQUIRE(model.has_value());
    for (const test::RandomModelFileV2& file : made.files) {
      CAPTURE(file.name);
      const test::Bytes bytes = stored(file.name);
      CHECK(bytes == file.file);
      for (const SimdLevel simd : supported_simd_levels()) {
        MemorySource source(bytes);
        MemorySink text;
        CHECK(decode(*model, source, text, {.threads = 1, .simd = simd}).has_value());
        CHECK(text.bytes() == file.text);
      }
    }
  }
}

TEST_CASE("the stored armour is that of the stored file") {
  CHECK(stored(test::kStoredArmour) ==
        test::to_bytes(test::armour_of(stored(test::kArmouredFile))));
}

}  // namespace czip::v2
