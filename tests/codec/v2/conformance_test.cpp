// The files of conformance/v2: written by an earlier czip, they must decode for ever, and until the
// format has a first release, every machine must write them byte for byte.
#include <doctest/doctest.h>

#include <string>

#include "support/files.hpp"
#include "support/v2_files.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;

Bytes read(const std::string& name) {
  return test::read_file(std::string(CZIP_CONFORMANCE_DIR) + "/" + name);
}

constexpr const char* kTexts[] = {"empty.txt", "english.txt", "repeated.txt", "bytes.bin"};
constexpr int kLevels[] = {1, 6, 9};

std::string file_name(const std::string& text, int level) {
  return "v2/" + text + "." + std::to_string(level) + ".czip";
}

}  // namespace

TEST_CASE("the stored files decode to their texts") {
  for (const std::string text : kTexts) {
    for (const int level : kLevels) {
      CAPTURE(file_name(text, level));
      const auto outcome = test::decode_v2(read(file_name(text, level)));
      CHECK(outcome.status.has_value());
      CHECK(outcome.text == read("v1/" + text));
    }
  }
}

TEST_CASE("this machine writes the stored files, at every SIMD level and number of threads") {
  for (const std::string text : kTexts) {
    for (const int level : kLevels) {
      CAPTURE(file_name(text, level));
      const Bytes stored = read(file_name(text, level));
      const Bytes content = read("v1/" + text);
      for (const SimdLevel simd : supported_simd_levels()) {
        EncodeOptions options{.level = level, .threads = 1, .simd = simd};
        options.text_bytes = content.size();
        CHECK(test::encoded_v2(content, options) == stored);
      }
    }
  }
}

TEST_CASE("blocks of a long text are the same everywhere") {
  const Bytes text = test::words(150000);
  EncodeOptions options{.level = 6, .threads = 2, .block_bytes = kMinBlockBytes};
  options.text_bytes = text.size();
  CHECK(test::encoded_v2(text, options) == read("v2/words.czip"));
}

}  // namespace czip::v2
