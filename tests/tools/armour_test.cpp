// Armours: their form, what is tolerated around them, and that damage is named where it is.
#include "armour/armour.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "armour/armour_sink.hpp"
#include "armour/armour_source.hpp"
#include "armour/base64.hpp"
#include "support/bytes.hpp"
#include "support/sample_text.hpp"
#include "support/v2_files.hpp"

namespace czip::tool {
namespace {

using test::Bytes;
using test::random_bytes;
using test::to_bytes;

// Gives a text in pieces of a size.
class Pieces final : public ByteSource {
 public:
  Pieces(std::string_view text, std::size_t size) : rest_(to_bytes(text)), size_(size) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    const std::size_t count = std::min({buffer.size(), size_, rest_.size() - at_});
    std::copy_n(rest_.begin() + static_cast<std::ptrdiff_t>(at_), count, buffer.begin());
    at_ += count;
    return count;
  }

 private:
  Bytes rest_;
  std::size_t size_;
  std::size_t at_ = 0;
};

struct Outcome {
  Bytes bytes;
  Status status;
};

Outcome decode(std::string_view text, std::size_t piece = 7) {
  Pieces source(text, piece);
  ArmourSource armour(source, armour_kind(text.substr(0, kArmourPeek)));
  Outcome outcome;
  std::array<std::uint8_t, 5> buffer{};
  for (;;) {
    const auto n = armour.read(buffer);
    if (!n) outcome.status = error_of(n);
    if (!n || *n == 0) return outcome;
    outcome.bytes.insert(outcome.bytes.end(), buffer.begin(),
                         buffer.begin() + static_cast<std::ptrdiff_t>(*n));
  }
}

const std::string kBegin = std::string(kArmourBegin) + "\n";
const std::string kEnd = std::string(kArmourEnd) + "\n";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

// Every line with something in front of it.
std::string quoted(const std::string& text, const std::string& sign) {
  std::string lines = sign + replaced(text, "\n", "\n" + sign);
  lines.resize(lines.size() - sign.size());
  return lines;
}

}  // namespace

TEST_CASE("an armour has lines of 64 digits between its first and its last line") {
  CHECK(armoured({}) == kBegin + kEnd);
  CHECK(armoured(to_bytes("foob")) == kBegin + "Zm9vYg==\n" + kEnd);
  const std::string zeros(64, 'A');
  CHECK(armoured(Bytes(48)) == kBegin + zeros + "\n" + kEnd);
  CHECK(armoured(Bytes(97)) == kBegin + zeros + "\n" + zeros + "\nAA==\n" + kEnd);
  for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 47, 48, 49, 95, 96})
    CHECK(armoured(Bytes(size)).size() == armour_size(size));
}

TEST_CASE("a sink writes the same armour whatever pieces it gets") {
  const Bytes bytes = random_bytes(1000, 5);
  for (const std::size_t piece : std::initializer_list<std::size_t>{1, 47, 48, 49, 500}) {
    MemorySink text;
    ArmourSink armour(text);
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      REQUIRE(armour.write(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at)))
                  .has_value());
    REQUIRE(armour.finish().has_value());
    CHECK(text.bytes() == to_bytes(armoured(bytes)));
  }
}

TEST_CASE("what mail does to an armour changes nothing") {
  const Bytes bytes = random_bytes(500, 6);
  const std::string armour = armoured(bytes);
  for (const std::string& text :
       {armour, replaced(armour, "\n", "\r\n"), replaced(armour, "\n", " \t\n"),
        replaced(armour, "\n", "\n\n"), "\n \r\n" + armour + "\n\n", quoted(armour, "    "),
        quoted(armour, "\t"), quoted(armour, "> "), quoted(armour, "> >| "),
        "\xef\xbb\xbf" + armour, "From: a\n\nHello,\n" + armour + "-- \nBye, a -----\n",
        std::string(10000, 'x').insert(200, "\n" + armour), armour.substr(0, armour.size() - 1)}) {
    CAPTURE(text);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, text.size()}) {
      const Outcome outcome = decode(text, piece);
      CHECK(outcome.status.has_value());
      CHECK(outcome.bytes == bytes);
    }
  }
}

TEST_CASE("a line of more than 100 bytes, without blanks at its end, is no line of the frame") {
  const Bytes bytes = to_bytes("foo");
  const std::string armour = armoured(bytes);
  const std::string blanks(200, ' ');
  const std::string forwarded = "----- Forwarded: about CZIP" + std::string(73, 'x');
  REQUIRE(forwarded.size() == 100);
  CHECK_FALSE(decode(forwarded + "\n" + armour).status.has_value());
  const std::string begin(kArmourBegin), end(kArmourEnd);
  for (const std::string& text : {forwarded + "x\n" + armour, armour + "> " + forwarded + "x\n",
                                  begin + blanks + "x\n" + armour, armour + end + blanks + "x\n",
                                  begin + blanks + "\n" + armour.substr(begin.size()),
                                  armour.substr(0, armour.size() - 1) + blanks + "\n"}) {
    CAPTURE(text);
    const Outcome outcome = decode(text);
    CHECK(outcome.status.has_value());
    CHECK(outcome.bytes == bytes);
  }
  for (const std::string& text : {kBegin + "Zm9v\n" + end + blanks + "x\n" + kEnd,
                                  kBegin + "Zm9v\n" + forwarded + "x\n" + kEnd}) {
    CAPTURE(text);
    const Outcome outcome = decode(text);
    REQUIRE_FALSE(outcome.status.has_value());
    CHECK(outcome.status.error().code == ErrorCode::corrupt);
  }
}

TEST_CASE("armours in a row give their bytes in a row") {
  const Outcome outcome = decode(armoured(to_bytes("one, ")) + "and\n" + armoured(to_bytes("two")));
  CHECK(outcome.status.has_value());
  CHECK(outcome.bytes == to_bytes("one, two"));
}

TEST_CASE("base64 of a compressed file needs no armour") {
  CHECK(armour_kind("/INAAAAA") == ArmourKind::bare);  // fc 83 40: a compact frame of 64 bytes
  CHECK(armour_kind("/ENaAwAG") == ArmourKind::bare);  // fc 43 5a: a full frame
  CHECK(armour_kind(" Q1pJUHYxAAAA\r\n") == ArmourKind::bare);
  CHECK(armour_kind("Q1pJUHYy") == ArmourKind::none);   // CZIPv2 in letters, which nothing has
  CHECK(armour_kind("/INA/user") == ArmourKind::bare);  // which it might be
  CHECK(armour_kind("/INA is where") == ArmourKind::none);
  for (const char* path : {"/Home/user", "/Library/Fonts", "/Mail", "/IIA", "/Movies/OldOnes"})
    CHECK(armour_kind(path) == ArmourKind::none);
  CHECK(armour_kind("text\n/INAAAAA") == ArmourKind::none);
  CHECK(armour_kind("Zm9v") == ArmourKind::none);
  CHECK(armour_kind("") == ArmourKind::none);
  CHECK(armour_kind("\n\n") == ArmourKind::none);
  CHECK(armour_kind("text\n> -----BEGIN CZIP FILE-----") == ArmourKind::lines);
  CHECK(armour_kind("-----BEGIN PGP MESSAGE-----\n") == ArmourKind::none);
  const Outcome outcome = decode("  /INA\r\n  AAAA\n\n");
  CHECK(outcome.status.has_value());
  CHECK(outcome.bytes == Bytes{0xfc, 0x83, 0x40, 0, 0, 0});
}

TEST_CASE("base64 of a few bytes that are stored is known by their check") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{63}}) {
    const Bytes file = test::encoded_v2(random_bytes(size, 8));
    REQUIRE(file.size() == size + 4);
    std::string digits = to_base64(file);
    CHECK(armour_kind(digits) == ArmourKind::bare);
    // In several lines, too.
    CHECK(armour_kind(digits.substr(0, 4) + "\n" + digits.substr(4) + "\n") == ArmourKind::bare);
    CHECK(armour_kind(digits.substr(0, digits.size() - 4)) == ArmourKind::none);
    digits[digits.size() / 2] ^= 1;
    CHECK(armour_kind(digits) == ArmourKind::none);
  }
}

TEST_CASE("base64 of a file that lacks a digit is base64 all the same, and refused") {
  for (const std::size_t size : {std::size_t{64}, std::size_t{65}, std::size_t{66}}) {
    const std::string digits = to_base64(test::encoded_v2(random_bytes(size, 9)));
    // The first eight have the header that tells.
    for (std::size_t at = 8; at < digits.size(); ++at) {
      std::string shorter = digits;
      shorter.erase(at, 1);
      CAPTURE(shorter);
      CHECK(armour_kind(shorter) == ArmourKind::bare);
      CHECK_FALSE(decode(shorter).status.has_value());
    }
  }
  CHECK(armour_kind("/INA=user") == ArmourKind::none);
}

TEST_CASE("an armour leads where nothing but quoting and empty lines precede it") {
  CHECK(leading_armour_kind(kBegin) == ArmourKind::lines);
  CHECK(leading_armour_kind("\n \r\n> " + kBegin) == ArmourKind::lines);
  CHECK(leading_armour_kind("\n/INAAAAA\n") == ArmourKind::bare);
  CHECK(leading_armour_kind("Dear B,\n" + kBegin) == ArmourKind::none);
  CHECK(leading_armour_kind("-----BEGIN CZIP FLIE-----\n" + kBegin) == ArmourKind::none);
  CHECK(leading_armour_kind("") == ArmourKind::none);
  // Lines of an armour count more than a first line that may be base64.
  CHECK(armour_kind("/INAAAAA\n" + kBegin) == ArmourKind::lines);
}

TEST_CASE("damage is named by line and column, and what stands before it is given") {
  struct Damage {
    std::string text;
    ErrorCode code;
    std::string_view message;
    std::string_view before;
  };
  for (const Damage& damage : std::initializer_list<Damage>{
           {kBegin + "Zm9v\nZm!v\n" + kEnd, ErrorCode::corrupt,
            "line 3, column 3: '!' is no digit of base64", "foo"},
           {kBegin + "> Zm9vZm\x01v\n" + kEnd, ErrorCode::corrupt, "line 2, column 9: '\\x01' is",
            "foo"},
           {kBegin + "Zg==\nZm9v\n" + kEnd, ErrorCode::corrupt,
            "line 3, column 1: 'Z' follows the padding", "f"},
           {kBegin + "Zm9vZ\n" + kEnd, ErrorCode::corrupt,
            "line 3: the base64 before it ends within a group", "foo"},
           {kBegin + "Zm9v\n", ErrorCode::truncated, "the text ends without '-----END", "foo"},
           {kBegin + "Zm9v\n" + kBegin + "Zm9v\n" + kEnd, ErrorCode::corrupt,
            "line 3: an armour begins within another", "foo"},
           {kBegin + "Zm9v\n-----END CZIP FIL-----\n", ErrorCode::corrupt,
            "line 3: '-----END CZIP FIL-----' is neither", "foo"},
           {kBegin + "Zm9v\n--\n" + kEnd, ErrorCode::corrupt, "line 3: '--' is neither", "foo"},
           {"-----BEGIN CZIP FLIE-----\nZm9v\n" + kEnd, ErrorCode::corrupt,
            "line 1: '-----BEGIN CZIP FLIE-----' is neither", ""},
           {armoured(to_bytes("foo")) + "Zm9v\n" + kEnd, ErrorCode::corrupt,
            "line 5: an armour ends that never began", "foo"},
           {"/INA\nAA$A\n", ErrorCode::corrupt, "line 2, column 3: '$'", "\xfc\x83"},
           {"/INAZm9vZ", ErrorCode::truncated, "the base64 ends within a group", "\xfc\x83"}}) {
    CAPTURE(damage.text);
    const Outcome outcome = decode(damage.text);
    REQUIRE_FALSE(outcome.status.has_value());
    CHECK(outcome.status.error().code == damage.code);
    CHECK(outcome.status.error().message.find(damage.message) != std::string::npos);
    const Bytes before = to_bytes(damage.before);
    REQUIRE(outcome.bytes.size() >= before.size());
    CHECK(std::equal(before.begin(), before.end(), outcome.bytes.begin()));
  }
}

TEST_CASE("every cut of an armour is refused, and every changed line of its frame") {
  const std::string armour = armoured(random_bytes(100, 7));
  for (std::size_t size = kBegin.size(); size + 1 < armour.size(); ++size)
    CHECK_FALSE(decode(armour.substr(0, size)).status.has_value());
  for (const std::size_t at : {std::size_t{6}, kBegin.size() - 8, armour.size() - 8}) {
    std::string changed = armour;
    changed[at] ^= 1;
    CHECK_FALSE(decode(changed).status.has_value());
  }
}

}  // namespace czip::tool
