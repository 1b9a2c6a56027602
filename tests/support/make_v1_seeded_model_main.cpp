// Writes the seeded model to the file given as the only argument.
#include <cstdint>
#include <fstream>
#include <iostream>
#include <vector>

#include "support/v1_seeded_model.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: make-seeded-model FILE\n";
    return 2;
  }
  const std::vector<std::uint8_t> model = czip::test::make_seeded_model();
  std::ofstream file(argv[1], std::ios::binary);
  for (const std::uint8_t byte : model) file.put(static_cast<char>(byte));
  if (!file.flush()) {
    std::cerr << "make-seeded-model: cannot write " << argv[1] << '\n';
    return 1;
  }
}
