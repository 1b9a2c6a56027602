// Writes a network of random weights to a file of its own. Usage:
// make_v2_seeded_network FILE VOCABULARY
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "support/files.hpp"
#include "support/v2_seeded_network.hpp"

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: make_v2_seeded_network FILE VOCABULARY\n"), 2;
  czip::test::SeededNetworkV2Options options;
  options.config.vocabulary = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
  options.config.group_size = options.config.vocabulary;  // one group, whatever the code tree
  const std::vector<std::uint8_t> network =
      czip::test::write_safetensors(czip::test::make_seeded_network_v2(options));
  if (czip::test::write_file(argv[1], network)) return 0;
  return std::fprintf(stderr, "make_v2_seeded_network: cannot write %s\n", argv[1]), 1;
}
