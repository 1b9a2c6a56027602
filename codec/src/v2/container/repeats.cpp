#include "v2/container/repeats.hpp"

#include <algorithm>

namespace czip::v2 {
namespace {

// A repeat of kMinRepeatBytes has an aligned piece of this size in it.
constexpr std::size_t kPieceBytes = kMinRepeatBytes / 2;
static_assert(kMaxPatternBytes <= kPieceBytes / 2);

// The smallest number of bytes after which `piece` repeats itself; its length if it does not. By
// the prefix function (Knuth, Morris and Pratt 1977): `border[i]` is the length of the longest
// proper prefix of piece[0..i] that is also its suffix.
std::size_t smallest_period(std::span<const std::uint8_t> piece,
                            std::vector<std::uint32_t>& border) {
  border.assign(piece.size(), 0);
  std::uint32_t length = 0;
  for (std::size_t i = 1; i < piece.size(); ++i) {
    while (length > 0 && piece[i] != piece[length]) length = border[length - 1];
    if (piece[i] == piece[length]) ++length;
    border[i] = length;
  }
  return piece.size() - length;
}

// The longest repeat of that pattern around the one that begins at `begin`.
Repeat extended(std::span<const std::uint8_t> text, std::size_t begin, std::size_t pattern) {
  while (begin > 0 && text[begin - 1] == text[begin - 1 + pattern]) --begin;
  return {.begin = begin, .length = repeat_end(text.subspan(begin), pattern), .pattern = pattern};
}

}  // namespace

std::optional<Repeat> find_repeat(std::span<const std::uint8_t> text) {
  std::vector<std::uint32_t> border;
  for (std::size_t at = 0; at + kPieceBytes <= text.size(); at += kPieceBytes) {
    const std::size_t pattern = smallest_period(text.subspan(at, kPieceBytes), border);
    if (pattern > kMaxPatternBytes) continue;
    const Repeat repeat = extended(text, at, pattern);
    if (repeat.length >= kMinRepeatBytes &&
        repeat.length * kMinRepeatFraction > text.size() - repeat.length)
      return repeat;
    // The next pieces of this repeat need not be looked at.
    const std::size_t end = repeat.begin + repeat.length;
    at = std::max(at, end / kPieceBytes * kPieceBytes - kPieceBytes);
  }
  return std::nullopt;
}

std::size_t repeat_end(std::span<const std::uint8_t> text, std::size_t pattern) {
  std::size_t end = std::min(pattern, text.size());
  while (end < text.size() && text[end] == text[end - pattern]) ++end;
  return end;
}

std::vector<std::uint8_t> repeat_pattern(std::span<const std::uint8_t> pattern, std::size_t bytes) {
  std::vector<std::uint8_t> text(bytes);
  const std::size_t first = std::min(bytes, pattern.size());
  std::copy_n(pattern.begin(), first, text.begin());
  for (std::size_t i = first; i < bytes; ++i) text[i] = text[i - first];
  return text;
}

}  // namespace czip::v2
