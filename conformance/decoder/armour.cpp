#include "armour.hpp"

#include <string>
#include <vector>

namespace reference {
namespace {

const std::string kFirst = "-----BEGIN CZIP FILE-----";
const std::string kLast = "-----END CZIP FILE-----";
const std::string kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool begins_with(const std::string& text, const std::string& beginning) {
  return text.compare(0, beginning.size(), beginning) == 0;
}

// Lines without what means nothing at their beginnings and ends; empty ones, too.
std::vector<std::string> lines_of(const Bytes& text) {
  std::vector<std::string> lines(1);
  for (const std::uint8_t byte : text)
    if (byte == '\n')
      lines.emplace_back();
    else
      lines.back() += static_cast<char>(byte);
  for (std::string& line : lines) {
    line.erase(0, line.find_first_not_of(" \t\r>|\xef\xbb\xbf"));
    line.erase(line.find_last_not_of(" \t\r") + 1);
  }
  return lines;
}

bool is_marker(const std::string& line) {
  return begins_with(line, "-----") && line.find("CZIP") != std::string::npos;
}

// Digits, and then padding to a multiple of four.
Bytes from_base64(const std::string& text) {
  const std::size_t digits = text.find_last_not_of('=') + 1;
  require(text.size() % 4 == 0 && text.size() - digits <= 2, "base64 is not padded to groups of 4");
  Bytes bytes;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char digit : text.substr(0, digits)) {
    const std::size_t value = kDigits.find(digit);
    require(value != std::string::npos, "a character is no digit of base64");
    bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xfff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<std::uint8_t>(bits >> count));
  }
  require((bits & ((1U << count) - 1)) == 0, "the last digit of base64 has bits that no byte has");
  return bytes;
}

bool begins_file(const Bytes& bytes) {
  return bytes.size() >= 2 && bytes[0] == 0xfc && (bytes[1] == 'C' || bytes[1] >= 0x80);
}

// Whether a first line is base64 that begins as a CZIPv2 file does.
bool begins_base64(const std::string& line) {
  if (line.size() < 4 || line.find_first_not_of(kDigits + "=") != std::string::npos) return false;
  return begins_file(from_base64(line.substr(0, 4)));
}

}  // namespace

Bytes without_armour(const Bytes& text) {
  if (begins_file(text)) return text;
  const auto lines = lines_of(text);
  const Bytes peeked(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(
                                                      text.size() < 4096 ? text.size() : 4096));
  bool has_armours = false;
  for (const std::string& line : lines_of(peeked)) has_armours = has_armours || is_marker(line);
  if (!has_armours) {
    std::string digits;
    for (const std::string& line : lines) {
      if (digits.empty() && !line.empty() && !begins_base64(line)) return text;
      for (const char character : line)
        if (character != ' ' && character != '\t' && character != '\r') digits += character;
    }
    return digits.empty() ? text : from_base64(digits);
  }
  Bytes file;
  std::string digits;
  bool inside = false;
  for (const std::string& line : lines) {
    if (inside && line == kLast) {
      const Bytes bytes = from_base64(digits);
      file.insert(file.end(), bytes.begin(), bytes.end());
      digits.clear();
      inside = false;
    } else if (inside) {
      require(!begins_with(line, "-"), "a line in an armour is neither base64 nor the last one");
      for (const char character : line)
        if (character != ' ' && character != '\t' && character != '\r') digits += character;
    } else if (line == kFirst) {
      inside = true;
    } else {
      require(line.size() > 100 || !is_marker(line), "a line outside armours is damaged: " + line);
    }
  }
  require(!inside, "the text ends within an armour");
  return file;
}

}  // namespace reference
