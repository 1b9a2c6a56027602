// Base64 against the examples of RFC 4648, sections 9 and 10, and what is not base64.
#include "armour/base64.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/bytes.hpp"
#include "support/sample_text.hpp"

namespace czip::tool {
namespace {

using test::Bytes;
using test::to_bytes;

struct Decoded {
  Bytes bytes;
  std::string_view wrong;
  std::size_t at = 0;  // characters that were right
};

Decoded decode(std::string_view text) {
  Decoded decoded;
  Base64Decoder decoder;
  for (const char character : text) {
    decoded.wrong = decoder.add(character, decoded.bytes);
    if (!decoded.wrong.empty()) return decoded;
    ++decoded.at;
  }
  decoded.wrong = decoder.end();
  return decoded;
}

struct Example {
  Bytes bytes;
  std::string_view text;
};

const std::vector<Example> kExamples{{to_bytes(""), ""},
                                     {to_bytes("f"), "Zg=="},
                                     {to_bytes("fo"), "Zm8="},
                                     {to_bytes("foo"), "Zm9v"},
                                     {to_bytes("foob"), "Zm9vYg=="},
                                     {to_bytes("fooba"), "Zm9vYmE="},
                                     {to_bytes("foobar"), "Zm9vYmFy"},
                                     {{0x14, 0xfb, 0x9c, 0x03, 0xd9, 0x7e}, "FPucA9l+"},
                                     {{0x14, 0xfb, 0x9c, 0x03, 0xd9}, "FPucA9k="},
                                     {{0x14, 0xfb, 0x9c, 0x03}, "FPucAw=="},
                                     {{0x00}, "AA=="},
                                     {{0xff, 0xff, 0xff}, "////"},
                                     {{0xfb, 0xef, 0xbe}, "++++"}};

}  // namespace

TEST_CASE("the examples of RFC 4648") {
  for (const Example& example : kExamples) {
    CHECK(to_base64(example.bytes) == example.text);
    CHECK(base64_size(example.bytes.size()) == example.text.size());
    const Decoded decoded = decode(example.text);
    CHECK(decoded.wrong.empty());
    CHECK(decoded.bytes == example.bytes);
  }
}

TEST_CASE("bytes of every length come back") {
  for (std::size_t size = 0; size < 100; ++size) {
    const Bytes bytes = test::random_bytes(size, size);
    const Decoded decoded = decode(to_base64(bytes));
    CHECK(decoded.wrong.empty());
    CHECK(decoded.bytes == bytes);
  }
}

TEST_CASE("what is not base64 is refused where it stands") {
  struct Wrong {
    std::string_view text;
    std::size_t at;
    std::string_view what;
  };
  for (const Wrong& wrong : std::initializer_list<Wrong>{{"Zm-v", 2, "no digit"},
                                                         {"Zm_v", 2, "no digit"},
                                                         {"Zm 9v", 2, "no digit"},
                                                         {"Zm9\xc3", 3, "no digit"},
                                                         {"=", 0, "without digits"},
                                                         {"Z===", 1, "without digits"},
                                                         {"Zm9v=", 4, "without digits"},
                                                         {"Zg===", 4, "after the end"},
                                                         {"Zm8==", 4, "after the end"},
                                                         {"Zg=g", 3, "follows the padding"},
                                                         {"Zg==Zg==", 4, "follows the padding"},
                                                         {"Zh==", 2, "no byte has"},
                                                         {"Zm9=", 3, "no byte has"},
                                                         {"Z", 1, "within a group"},
                                                         {"Zg", 2, "within a group"},
                                                         {"Zg=", 3, "within a group"},
                                                         {"Zm9vZm9", 7, "within a group"}}) {
    CAPTURE(wrong.text);
    const Decoded decoded = decode(wrong.text);
    CHECK(decoded.at == wrong.at);
    CHECK(decoded.wrong.find(wrong.what) != std::string_view::npos);
  }
}

}  // namespace czip::tool
