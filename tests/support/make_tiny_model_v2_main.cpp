// Writes the tiny czip-model-v2 to a file. Usage: make_tiny_model_v2 FILE [NAME]
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <vector>

#include "tiny_model_v2.hpp"

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3)
    return std::fprintf(stderr, "usage: make_tiny_model_v2 FILE [NAME]\n"), 2;
  const std::vector<std::uint8_t> model =
      czip::test::make_tiny_model_v2(argc == 3 ? argv[2] : "tiny");
  std::ofstream file(argv[1], std::ios::binary);
  file.write(reinterpret_cast<const char*>(model.data()),
             static_cast<std::streamsize>(model.size()));
  if (file.flush()) return 0;
  return std::fprintf(stderr, "make_tiny_model_v2: cannot write %s\n", argv[1]), 1;
}
