// Runs a fuzz target once over each file that is named, and each file in the folders that are: what
// the fuzzer has found before stays found, in every build and without libFuzzer.
// Usage: fuzz_NAME FILE_OR_FOLDER...
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "support/files.hpp"

namespace fs = std::filesystem;

int main(int argc, char** argv) {
  std::vector<fs::path> files;
  for (int i = 1; i < argc; ++i) {
    const fs::path path = argv[i];
    if (!fs::is_directory(path)) {
      if (fs::exists(path)) files.push_back(path);
      continue;
    }
    for (const auto& entry : fs::directory_iterator(path))
      if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    const czip::test::Bytes input = czip::test::read_file(file);
    std::printf("%s\n", file.filename().c_str());
    std::fflush(stdout);  // the last name is that of the input that failed
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%zu inputs\n", files.size());
  return files.empty() ? 1 : 0;
}
