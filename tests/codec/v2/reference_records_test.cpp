// The independent decoder decodes raw records and finds the records of a file, as czip does.
#include <doctest/doctest.h>

#include <string>

#include "core/reference.hpp"
#include "czip/codec/v2/record.hpp"
#include "czip/codec/v2/record_file.hpp"
#include "support/files.hpp"
#include "support/results.hpp"
#include "support/v2_conformance_vectors.hpp"
#include "support/v2_files.hpp"

namespace czip::v2 {
namespace {

test::Bytes model_file() {
  return test::read_file(std::string(CZIP_CONFORMANCE_DIR) + "/v2/tiny.czm");
}

}  // namespace

TEST_CASE("the independent decoder decodes the stored raw records, and others") {
  const test::Bytes model = model_file();
  for (const test::StoredRawRecordV2& record : test::raw_records_v2(SimdLevel::scalar)) {
    const auto profile = level_settings(record.level).profile;
    CHECK(reference_raw_record(model, profile, record.record) == record.text);
    // Cut, both give the same text, or neither does.
    auto coder =
        test::value_of(RecordCoder::create(test::tiny_model_v2(), {.level = record.level}));
    for (std::size_t cut = 1; cut < record.record.size(); cut += 1 + record.record.size() / 5) {
      const test::Bytes part(record.record.begin(),
                             record.record.end() - static_cast<std::ptrdiff_t>(cut));
      test::Bytes text;
      const auto decoded = coder.decode(part, text);
      const auto expected = reference_raw_record(model, profile, part);
      CHECK(decoded.has_value() == expected.has_value());
      if (expected) CHECK(text == *expected);
    }
  }
}

TEST_CASE("the independent decoder finds each record of the stored file") {
  const test::Bytes model = model_file();
  const test::StoredRecordFileV2 file = test::record_file_v2(SimdLevel::scalar);
  MemorySource in(file.file);
  const auto records = test::value_of(RecordFile::open(in));
  const ModelFinder models = [](const ModelReference& wanted) {
    return matching_model(test::tiny_model_v2(), wanted);
  };
  for (std::size_t n = 1; n <= records.records(); ++n) {
    MemorySink record;
    REQUIRE(records.read(models, in, n, n, record, {.threads = 1}).has_value());
    CHECK(reference_record(model, file.file, n) == record.bytes());
  }
  CHECK(!reference_record(model, file.file, 0));
  CHECK(!reference_record(model, file.file, static_cast<std::size_t>(records.records()) + 1));
}

}  // namespace czip::v2
