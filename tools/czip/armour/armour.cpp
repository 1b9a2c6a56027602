#include "armour/armour.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "armour/base64.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/codec.hpp"

namespace czip::tool {
namespace {

// No digits of base64, so that they can be dropped from where a line begins.
constexpr std::string_view kQuoting = " \t\r>|\xef\xbb\xbf";  // the last: UTF-8's byte order mark
constexpr std::string_view kBlanks = " \t\r";

// Cuts the first line that is not empty from `text`, without quoting; empty: there is none.
std::string_view take_line(std::string_view& text) {
  std::string_view line;
  while (line.empty() && !text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    line = without_quoting(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return line;
}

// Whether a text begins with a line of base64, of what a compressed file begins with. Lines behind
// it are looked at as far as they are base64 and the first does not tell. What a line is padded
// with does not count: it is wrong where a digit is missing, and reading the text says so.
bool starts_file(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  Base64Decoder decoder;
  const auto add = [&](std::string_view line) {
    return std::ranges::all_of(without_padding(line),
                               [&](char digit) { return decoder.add(digit, bytes).empty(); });
  };
  if (!add(take_line(text))) return false;
  while (bytes.size() < v2::kMaxTellingBytes && !text.empty())
    if (!add(take_line(text))) break;
  return v2::begins_frame(bytes) ||
         std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size())
             .starts_with(v1::kMagic);
}

}  // namespace

std::uint64_t armour_size(std::uint64_t bytes) {
  const std::uint64_t lines = (bytes + kArmourLineBytes - 1) / kArmourLineBytes;
  return kArmourBegin.size() + 1 + base64_size(bytes) + lines + kArmourEnd.size() + 1;
}

bool is_quoting(char character) { return kQuoting.find(character) != std::string_view::npos; }

std::string_view without_quoting(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(kQuoting);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlanks) + 1 - begin);
}

bool is_armour_marker(std::string_view line) {
  return line.starts_with("-----") && line.find("CZIP") != std::string_view::npos;
}

ArmourKind armour_kind(std::string_view beginning) {
  std::string_view rest = beginning;
  for (std::string_view line = take_line(rest); !line.empty(); line = take_line(rest))
    if (is_armour_marker(line)) return ArmourKind::lines;
  return starts_file(beginning) ? ArmourKind::bare : ArmourKind::none;
}

ArmourKind leading_armour_kind(std::string_view beginning) {
  std::string_view rest = beginning;
  if (take_line(rest) == kArmourBegin) return ArmourKind::lines;
  return starts_file(beginning) ? ArmourKind::bare : ArmourKind::none;
}

}  // namespace czip::tool
