// Writes the files of conformance/v1 that are computed: seeded.czm, vectors.json and the .czip
// files. Usage: make_v1_conformance_vectors DIR; the folder holds the inputs.
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

#include "czip/codec/v1/codec.hpp"
#include "support/files.hpp"
#include "support/v1_conformance_vectors.hpp"
#include "support/v1_seeded_model.hpp"

namespace {

using namespace czip;
using namespace czip::test;

void write(const std::string& path, const Bytes& bytes) {
  if (!write_file(path, bytes)) throw std::runtime_error("cannot write " + path);
}

void write_container(const v1::Model& model, const std::string& directory, const char* input,
                     v1::OuterCodec outer, int level) {
  v1::EncodeOptions options;
  options.outer = outer;
  options.level = level;
  MemorySink sink;
  const auto report = v1::encode(model, read_file(directory + "/" + input), sink, options);
  if (!report) throw std::runtime_error(report.error().message);
  write(directory + "/" + input + "." + std::string(v1::outer_codec_name(outer)) + ".czip",
        sink.bytes());
}

void write_all(const std::string& directory) {
  const std::vector<std::uint8_t> file = make_seeded_model();
  write(directory + "/seeded.czm", file);
  const auto model = v1::load_model(file);
  if (!model) throw std::runtime_error(model.error().message);

  nlohmann::json vectors = nlohmann::json::array();
  for (const char* input : kConformanceInputs) {
    const auto text = read_file(directory + "/" + input);
    for (int level = v1::kMinLevel; level <= v1::kMaxLevel; ++level)
      for (const v1::Dialect dialect : v1::kDialects)
        vectors.push_back(compute_vector(*model, input, text, level, dialect, best_simd_level()));
    write_container(*model, directory, input, v1::OuterCodec::brotli, 5);
    write_container(*model, directory, input, v1::OuterCodec::zstd, 1);
  }
  std::ofstream(directory + "/vectors.json") << vectors.dump(1) << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: %s DIR\n", argv[0]), 1;
  try {
    write_all(argv[1]);
  } catch (const std::exception& error) {
    return std::fprintf(stderr, "%s\n", error.what()), 1;
  }
}
