#include "v2/records/record_scanner.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace czip::v2 {
namespace {

constexpr std::array<std::pair<RecordSeparation, std::string_view>, 4> kNames{{
    {RecordSeparation::lines, "lines"},
    {RecordSeparation::nul, "nul"},
    {RecordSeparation::jsonl, "jsonl"},
    {RecordSeparation::csv, "csv"},
}};

}  // namespace

std::string_view record_separation_name(RecordSeparation separation) {
  for (const auto& [value, name] : kNames)
    if (value == separation) return name;
  return "unknown";
}

std::optional<RecordSeparation> parse_record_separation(std::string_view name) {
  for (const auto& [value, known] : kNames)
    if (known == name) return value;
  return std::nullopt;
}

std::uint8_t separator_byte(RecordSeparation separation) {
  return separation == RecordSeparation::nul ? std::uint8_t{0} : std::uint8_t{'\n'};
}

std::size_t record_size(std::span<const std::uint8_t> text, RecordSeparation separation) {
  return RecordScanner(separation).find_end(text).value_or(text.size());
}

std::span<const std::uint8_t> without_separator(std::span<const std::uint8_t> record,
                                                RecordSeparation separation) {
  const bool ended = !record.empty() && record.back() == separator_byte(separation);
  return record.first(record.size() - (ended ? 1 : 0));
}

std::optional<std::size_t> RecordScanner::find_end(std::span<const std::uint8_t> text) {
  const std::uint8_t separator = separator_byte(separation_);
  if (separation_ == RecordSeparation::csv) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      // A quote within quotes is doubled, and so changes nothing.
      if (text[i] == '"') quoted_ = !quoted_;
      if (text[i] == separator && !quoted_) return i + 1;
    }
    return std::nullopt;
  }
  const auto found = std::find(text.begin(), text.end(), separator);
  if (found == text.end()) return std::nullopt;
  return static_cast<std::size_t>(found - text.begin()) + 1;
}

}  // namespace czip::v2
