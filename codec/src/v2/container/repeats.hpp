// Finds long repetitions of a short pattern: zeros, empty lines, one line over and over. The
// predictor would take a microsecond or more for each of their tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace czip::v2 {

// text[i] == text[i + pattern] wherever both lie in [begin, begin + length).
struct Repeat {
  std::size_t begin = 0;
  std::size_t length = 0;
  std::size_t pattern = 0;  // bytes, 1 to kMaxPatternBytes
};

// These numbers were chosen, not tuned; no file depends on them to be decoded.
inline constexpr std::size_t kMaxPatternBytes = 4096;
inline constexpr std::size_t kMinRepeatBytes = std::size_t{64} << 10;
// A repeat that becomes a block ends the block before it, and what the predictor has learnt there
// is lost to the text behind. So it must make up more than this fraction of the rest of the text.
inline constexpr std::size_t kMinRepeatFraction = 8;

// The first repeat in `text` that is worth a block of its own. Time is linear in the text.
[[nodiscard]] std::optional<Repeat> find_repeat(std::span<const std::uint8_t> text);

// Where the repeat of a pattern of that many bytes ends that begins with the text.
[[nodiscard]] std::size_t repeat_end(std::span<const std::uint8_t> text, std::size_t pattern);

// The pattern, as often as it takes, cut to `bytes`. `pattern` is not empty.
[[nodiscard]] std::vector<std::uint8_t> repeat_pattern(std::span<const std::uint8_t> pattern,
                                                       std::size_t bytes);

}  // namespace czip::v2
