// The files of conformance/v2 that are computed: with conformance/v2/tiny.czm, which was trained,
// and with networks.czm and language.czm, which are random.
#pragma once

#include <string>
#include <vector>

#include "czip/codec/v2/codec.hpp"
#include "support/bytes.hpp"
#include "support/v2_stages.hpp"

namespace czip::test {

struct StoredFileV2 {
  std::string name;  // in conformance/
  Bytes text;
  v2::EncodeOptions options;
};
// With tiny.czm.
[[nodiscard]] std::vector<StoredFileV2> stored_files_v2();

// A file of settings that no level chooses, with a model of its own.
struct RandomModelFileV2 {
  std::string name;  // in conformance/
  Bytes text;
  Bytes file;
};
struct RandomModelFilesV2 {
  std::string model;  // in conformance/
  Bytes model_file;
  std::vector<RandomModelFileV2> files;
};
// A model with both networks, and files of which blocks are coded with them.
[[nodiscard]] RandomModelFilesV2 network_files_v2();
// A model with a language model, likewise.
[[nodiscard]] RandomModelFilesV2 language_model_files_v2();
[[nodiscard]] RandomModelFilesV2 language_prior_files_v2();

inline constexpr const char* kStageVectors = "v2/stages.json";

// Of the stored files, at a SIMD level: an array of objects with file, model and tokens.
[[nodiscard]] Json stage_vectors_v2(SimdLevel simd);

// A raw record without a context, with tiny.czm; and of each level, some that are coded, stored and
// empty.
struct StoredRawRecordV2 {
  int level;
  Bytes text;
  Bytes record;
};
[[nodiscard]] std::vector<StoredRawRecordV2> raw_records_v2(SimdLevel simd);
inline constexpr const char* kRawRecords = "v2/records.json";
// JSON: an array of objects with model, profile, text and record, the last two in hexadecimal
// digits.
[[nodiscard]] std::string to_json(const std::vector<StoredRawRecordV2>& records);

// A record file of rows of CSV, of which some were appended behind an open one, with tiny.czm.
struct StoredRecordFileV2 {
  std::string name;  // in conformance/
  Bytes text;
  Bytes file;
};
[[nodiscard]] StoredRecordFileV2 record_file_v2(SimdLevel simd);

inline constexpr const char* kStoredArmour = "v2/english.armour";
inline constexpr const char* kArmouredFile = "v2/english.txt.9.czip";

// The armour of a file: conformance/armour.md.
[[nodiscard]] std::string armour_of(const Bytes& file);

}  // namespace czip::test
