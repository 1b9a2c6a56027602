// Writes what is computed in conformance/: the files of v2/ but tiny.czm, which was trained, and
// the numbers of czip-v2-example.md. Usage: make_v2_conformance_vectors CONFORMANCE
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

#include "support/files.hpp"
#include "support/v2_conformance_vectors.hpp"
#include "support/v2_example.hpp"
#include "support/v2_files.hpp"

namespace {

using namespace czip::test;

void write(const std::string& path, std::span<const std::uint8_t> bytes) {
  if (!write_file(path, bytes)) throw std::runtime_error("cannot write " + path);
}

// Later files are computed from earlier ones.
void write_all(const std::string& folder) {
  for (const StoredFileV2& file : stored_files_v2())
    write(folder + file.name, encoded_v2(file.text, file.options));
  write(folder + kStoredArmour, to_bytes(armour_of(read_file(folder + kArmouredFile))));
  for (const RandomModelFilesV2& made :
       {network_files_v2(), language_model_files_v2(), language_prior_files_v2()}) {
    write(folder + made.model, made.model_file);
    for (const RandomModelFileV2& file : made.files) write(folder + file.name, file.file);
  }
  write(folder + kRawRecords, to_bytes(to_json(raw_records_v2(czip::SimdLevel::scalar))));
  const StoredRecordFileV2 records = record_file_v2(czip::SimdLevel::scalar);
  write(folder + records.name, records.file);
  write(folder + kStageVectors, to_bytes(to_text(stage_vectors_v2(czip::SimdLevel::scalar))));
  const Bytes page = read_file(folder + kExamplePage);
  write(folder + kExamplePage, to_bytes(with_example_v2(std::string(page.begin(), page.end()))));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: %s CONFORMANCE\n", argv[0]), 1;
  try {
    write_all(std::string(argv[1]) + "/");
  } catch (const std::exception& error) {
    return std::fprintf(stderr, "%s\n", error.what()), 1;
  }
}
