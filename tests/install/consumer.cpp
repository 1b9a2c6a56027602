// A program outside czip's tree: round-trips a text through the installed libraries.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "czip/codec/v1/codec.hpp"

int main(int, char** argv) {
  std::ifstream file(argv[1], std::ios::binary);
  const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(file)), {});
  const auto model = czip::v1::load_model(bytes);
  if (!model) return std::fprintf(stderr, "%s\n", model.error().message.c_str()), 1;
  const std::string text = "The installed library compresses this sentence.";
  const std::vector<std::uint8_t> plain(text.begin(), text.end());
  czip::MemorySink packed;
  if (!czip::v1::encode(*model, plain, packed, {})) return 1;
  czip::MemorySource source(packed.bytes());
  czip::MemorySink restored;
  if (!czip::v1::decode(*model, source, restored, {})) return 1;
  return restored.bytes() == plain ? 0 : 1;
}
