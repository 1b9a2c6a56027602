// The files of conformance/v2: written by an earlier czip, they must decode for ever, and until the
// format has a first release, every machine must write them byte for byte.
#include <doctest/doctest.h>

#include <string>

#include "support/files.hpp"
#include "support/v2_conformance_vectors.hpp"
#include "support/v2_files.hpp"

namespace czip::v2 {
namespace {

test::Bytes stored(const test::StoredFileV2& file) {
  return test::read_file(std::string(CZIP_CONFORMANCE_DIR) + "/" + file.name);
}

}  // namespace

TEST_CASE("the stored files decode to their texts") {
  for (const test::StoredFileV2& file : test::stored_files_v2()) {
    CAPTURE(file.name);
    const auto outcome = test::decode_v2(stored(file));
    CHECK(outcome.status.has_value());
    CHECK(outcome.text == file.text);
  }
}

TEST_CASE("this machine writes the stored files, at every SIMD level") {
  for (test::StoredFileV2& file : test::stored_files_v2()) {
    CAPTURE(file.name);
    for (const SimdLevel simd : supported_simd_levels()) {
      file.options.simd = simd;
      CHECK(test::encoded_v2(file.text, file.options) == stored(file));
    }
  }
}

}  // namespace czip::v2
