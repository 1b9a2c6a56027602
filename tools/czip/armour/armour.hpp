// The armour: a compressed file as text, which survives mail and chats. Specification:
// conformance/armour.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace czip::tool {

inline constexpr std::string_view kArmourBegin = "-----BEGIN CZIP FILE-----";
inline constexpr std::string_view kArmourEnd = "-----END CZIP FILE-----";
// Digits of a line, and the bytes that they stand for.
inline constexpr std::size_t kArmourColumns = 64;
inline constexpr std::size_t kArmourLineBytes = kArmourColumns / 4 * 3;

// Characters of the armour of that many bytes.
[[nodiscard]] std::uint64_t armour_size(std::uint64_t bytes);

// Whether a character may stand before what a line of an armour has: blanks and signs of quoting.
[[nodiscard]] bool is_quoting(char character);
// A line without what mail programs put around it: signs of quoting and blanks.
[[nodiscard]] std::string_view without_quoting(std::string_view line);

// Whether a line, without quoting, claims to be the first or last one of an armour: it may be
// damaged.
[[nodiscard]] bool is_armour_marker(std::string_view line);

// What a text that begins so may be.
enum class ArmourKind : std::uint8_t {
  none,
  lines,  // lines of an armour, which other text may precede
  bare,   // base64 alone, and nothing before it
};
// The kind of text that begins with `beginning`, the first kArmourPeek bytes of it or all. Whether
// it is one without faults shows when it is read.
inline constexpr std::size_t kArmourPeek = 4096;
[[nodiscard]] ArmourKind armour_kind(std::string_view beginning);
// The same, but `none` where other text precedes the armour: the text may only quote one.
[[nodiscard]] ArmourKind leading_armour_kind(std::string_view beginning);

}  // namespace czip::tool
