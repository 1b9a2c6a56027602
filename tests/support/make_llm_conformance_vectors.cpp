// Writes the files of conformance/llm. Usage: make_llm_conformance_vectors CONFORMANCE
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

#include "support/files.hpp"
#include "support/llm_conformance_vectors.hpp"

namespace {

using namespace czip::test;

void write(const std::string& path, std::span<const std::uint8_t> bytes) {
  if (!write_file(path, bytes)) throw std::runtime_error("cannot write " + path);
}

void write_all(const std::string& folder) {
  for (const LlmModelFile& model : llm_model_files()) write(folder + model.name, model.file);
  write(folder + kLlmStageVectors, to_bytes(to_text(llm_stage_vectors())));
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
