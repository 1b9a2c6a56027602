// A program outside the source tree: round-trips a text through the installed libraries in both
// formats.
// Usage: consumer V1_MODEL V2_MODEL
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/codec.hpp"

using Bytes = std::vector<std::uint8_t>;

static Bytes read_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes((std::istreambuf_iterator<char>(file)), {});
}

static bool round_trips_v1(const Bytes& model_file, const Bytes& text) {
  const auto model = czip::v1::load_model(model_file);
  czip::MemorySink packed;
  if (!model || !czip::v1::encode(*model, text, packed, {})) return false;
  czip::MemorySource source(packed.bytes());
  czip::MemorySink restored;
  return czip::v1::decode(*model, source, restored, {}) && restored.bytes() == text;
}

static bool round_trips_v2(const Bytes& model_file, const Bytes& text) {
  const auto model = czip::v2::Model::parse(model_file);
  czip::MemorySink packed;
  if (!model || !czip::v2::encode(*model, text, packed, {})) return false;
  czip::MemorySource source(packed.bytes());
  czip::MemorySink restored;
  return czip::v2::decode(*model, source, restored, {}) && restored.bytes() == text;
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string_view text = "The installed library compresses this sentence.";
  const Bytes bytes(text.begin(), text.end());
  const bool v1 = round_trips_v1(read_file(argv[1]), bytes);
  const bool v2 = round_trips_v2(read_file(argv[2]), bytes);
  std::printf("v1: %s, v2: %s\n", v1 ? "the same text" : "FAILED", v2 ? "the same text" : "FAILED");
  return v1 && v2 ? 0 : 1;
}
