#include "archive/tar_format.hpp"

#include <charconv>
#include <system_error>

namespace czip::tool::tar {

namespace {

constexpr std::string_view kPercent = "%25";
constexpr std::string_view kEquals = "%3D";

}  // namespace

std::string attribute_to_key(std::string_view name) {
  std::string key;
  for (const char c : name) {
    if (c == '%')
      key += kPercent;
    else if (c == '=')
      key += kEquals;
    else
      key += c;
  }
  return key;
}

std::string attribute_from_key(std::string_view key) {
  std::string name;
  while (!key.empty()) {
    const bool percent = key.starts_with(kPercent);
    const bool equals = key.starts_with(kEquals);
    name += percent ? '%' : equals ? '=' : key.front();
    key.remove_prefix(percent || equals ? kPercent.size() : 1);
  }
  return name;
}

std::string_view text_of(const Block& header, Field field) {
  const std::string_view all(reinterpret_cast<const char*>(header.data()) + field.offset,
                             field.size);
  return all.substr(0, all.find('\0'));
}

std::optional<std::uint64_t> number(std::string_view text, int base) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> number_of(const Block& header, Field field) {
  std::string_view text = text_of(header, field);
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.empty()) return 0;
  return number(text, 8);
}

std::uint32_t checksum(const Block& header) {
  std::uint32_t sum = kChecksum.size * ' ';
  for (std::size_t i = 0; i < header.size(); ++i)
    if (i < kChecksum.offset || i >= kChecksum.offset + kChecksum.size) sum += header[i];
  return sum;
}

}  // namespace czip::tool::tar
