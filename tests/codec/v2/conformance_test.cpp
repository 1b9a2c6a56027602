// The files of conformance/v2: written by an earlier czip, they must decode for ever, and until the
// format has a first release, every machine must write them byte for byte.
#include <doctest/doctest.h>

#include <string>

#include "czip/codec/v2/record.hpp"
#include "czip/codec/v2/record_file.hpp"
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

TEST_CASE("the stored raw records are theirs at every SIMD level") {
  const test::Bytes expected = stored(test::kRawRecords);
  for (const SimdLevel simd : supported_simd_levels()) {
    const auto records = test::raw_records_v2(simd);
    CHECK(test::to_bytes(test::to_json(records)) == expected);
    for (const test::StoredRawRecordV2& record : records) {
      auto coder =
          RecordCoder::create(test::tiny_model_v2(), {.level = record.level, .simd = simd});
      REQUIRE(coder.has_value());
      test::Bytes text;
      CHECK(coder->decode(record.record, text).has_value());
      CHECK(text == record.text);
    }
  }
}

TEST_CASE("the stored record file is its own, and each of its records is found") {
  for (const SimdLevel simd : supported_simd_levels()) {
    const test::StoredRecordFileV2 file = test::record_file_v2(simd);
    CHECK(stored(file.name) == file.file);
    const auto outcome = test::decode_v2(file.file);
    CHECK(outcome.status.has_value());
    CHECK(outcome.text == file.text);
    MemorySource in(file.file);
    const auto records = RecordFile::open(in);
    REQUIRE(records.has_value());
    const ModelFinder models = [](const ModelReference& wanted) {
      return matching_model(test::tiny_model_v2(), wanted);
    };
    MemorySink all;
    for (std::uint64_t n = 1; n <= records->records(); ++n)
      CHECK(records->read(models, in, n, n, all, {.threads = 1, .simd = simd}).has_value());
    CHECK(all.bytes() == file.text);
    CHECK(records->check(models, in, {.threads = 1, .simd = simd}).has_value());
  }
}

TEST_CASE("the stored armour is that of the stored file") {
  CHECK(stored(test::kStoredArmour) ==
        test::to_bytes(test::armour_of(stored(test::kArmouredFile))));
}

}  // namespace czip::v2
