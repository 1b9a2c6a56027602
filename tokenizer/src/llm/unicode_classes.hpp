// What the pre-splitting of public models asks of a character. The table is czip's own and not
// PCRE2's, whose Unicode version is that of the machine: so the same text gives the same tokens on
// every machine, and the core needs no library.
// Source: the Unicode Character Database; unicode_classes.cpp states the version.
#pragma once

#include <cstdint>

namespace czip::llm {

enum class CharacterClass : std::uint8_t {
  other = 0,
  letter = 1,       // general category L
  number = 2,       // N
  space = 3,        // the property White_Space
  punctuation = 4,  // P
};

// `other` for what is no code point.
[[nodiscard]] CharacterClass class_of(std::uint32_t code_point);

}  // namespace czip::llm
