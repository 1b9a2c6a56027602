// Writes the files of conformance/v2 that are computed with its model.
// Usage: make_v2_conformance_vectors CONFORMANCE
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

#include "support/files.hpp"
#include "support/v2_conformance_vectors.hpp"
#include "support/v2_files.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: %s CONFORMANCE\n", argv[0]), 1;
  try {
    for (const czip::test::StoredFileV2& file : czip::test::stored_files_v2()) {
      const std::string path = std::string(argv[1]) + "/" + file.name;
      if (!czip::test::write_file(path, czip::test::encoded_v2(file.text, file.options)))
        throw std::runtime_error("cannot write " + path);
    }
  } catch (const std::exception& error) {
    return std::fprintf(stderr, "%s\n", error.what()), 1;
  }
}
