// czip_core_selftest [CONFORMANCE_FOLDER]
//
// Shows that czip's engine, tokenizer v2 and codec v2 work on this machine, with no library but the
// C++ one: prints the engine signature of each SIMD level, and decodes the files of conformance/v2
// by czip and by the independent decoder, and writes them again. Exit status: 0 all is right, 1
// something differs.
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "core/reference.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/signature.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/model.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;

bool all_right = true;

void report(bool right, const std::string& what) {
  if (!right) all_right = false;
  std::printf("%s: %s\n", what.c_str(), right ? "ok" : "FAILED");
  std::fflush(stdout);
}

void show_signatures() {
  for (const czip::SimdLevel level : czip::supported_simd_levels()) {
    const std::string name(czip::simd_level_name(level));
    const auto signature = czip::engine_signature(level);
    if (!signature) {
      report(false, name + ": " + signature.error().message);
      continue;
    }
    std::printf("signature %016llx  ", static_cast<unsigned long long>(signature->value));
    report(signature->good(), name);
    if (signature->good()) continue;
    for (const auto& part : signature->parts)
      std::printf("  %016llx  %s\n", static_cast<unsigned long long>(part.hash), part.name.data());
  }
}

// By C's functions, which the smallest of C++ libraries have, too.
Bytes read_file(const std::string& path) {
  Bytes bytes;
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    report(false, "opening " + path);
    return bytes;
  }
  std::array<std::uint8_t, 4096> buffer{};
  for (std::size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), file)) != 0;)
    bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(n));
  if (std::ferror(file) != 0) report(false, "reading " + path);
  std::fclose(file);
  return bytes;
}

Bytes decode(const czip::v2::Model& model, const Bytes& file) {
  czip::MemorySource source(file);
  czip::MemorySink text;
  const auto decoded = czip::v2::decode(model, source, text, {.threads = 1});
  if (!decoded) std::printf("%s\n", decoded.error().message.c_str());
  return decoded ? text.bytes() : Bytes{};
}

Bytes encode(const czip::v2::Model& model, const Bytes& text, int level) {
  czip::MemorySink file;
  const auto encoded = czip::v2::encode(model, text, file, {.level = level, .threads = 1});
  if (!encoded) std::printf("%s\n", encoded.error().message.c_str());
  return file.bytes();
}

void check_stored_files(const std::string& folder) {
  const Bytes model_file = read_file(folder + "/v2/tiny.czm");
  const auto model = czip::v2::Model::parse(model_file);
  if (!model) {
    report(false, "tiny.czm: " + model.error().message);
    return;
  }
  for (const std::string name : {"empty.txt", "english.txt", "repeated.txt", "bytes.bin"}) {
    const Bytes text = read_file(folder + "/v1/" + name);
    for (const int level : {1, 3, 6, 9}) {
      const std::string stored = name + "." + std::to_string(level) + ".czip";
      const Bytes file = read_file(folder + "/v2/" + stored);
      report(decode(*model, file) == text, stored + " decodes");
      report(reference_text(model_file, file) == text, stored + " decodes independently");
      report(encode(*model, text, level) == file, stored + " is written again");
    }
  }
}

// Files of settings that no level chooses, with models of their own.
void check_files_of_random_models(const std::string& folder) {
  for (const auto& [name, files] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"networks.czm", {"csv.network", "csv.recurrent", "csv.streams"}},
           {"language.czm", {"language", "language.blocks", "language.streams"}},
           {"language.prior.czm", {"language.prior.1", "language.prior.4"}}}) {
    const Bytes model_file = read_file(folder + "/v2/" + name);
    const auto model = czip::v2::Model::parse(model_file);
    if (!model) {
      report(false, name + ": " + model.error().message);
      continue;
    }
    for (const std::string& stored : files) {
      const Bytes file = read_file(folder + "/v2/" + stored + ".czip");
      const Bytes text = decode(*model, file);
      report(!text.empty(), stored + " decodes");
      report(reference_text(model_file, file) == text, stored + " decodes independently");
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 2) {
    std::fprintf(stderr, "usage: czip_core_selftest [CONFORMANCE_FOLDER]\n");
    return 1;
  }
  std::printf("%s-endian, %d-bit\n", std::endian::native == std::endian::big ? "big" : "little",
              static_cast<int>(8 * sizeof(void*)));
  show_signatures();
  if (argc == 2) {
    check_stored_files(argv[1]);
    check_files_of_random_models(argv[1]);
  }
  return all_right ? 0 : 1;
}
