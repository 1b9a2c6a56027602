#!/usr/bin/env bash
# Writes unicode_classes.cpp from the Unicode Character Database, as Debian's package unicode-data has it.
# Usage: tokenizer/src/llm/unicode_classes.sh [FOLDER] > tokenizer/src/llm/unicode_classes.cpp
set -euo pipefail
folder=${1:-/usr/share/unicode}
version=$(sed -nE '1s/.*-([0-9.]+)\.txt.*/\1/p' "$folder/PropList.txt")

# FIRST LAST (in hexadecimal) CLASS, one line for each character or range of a general category.
# Classes as in unicode_classes.hpp: 1 letters (L), 2 numbers (N), 3 white space, 4 punctuation (P).
classes() {
  awk -F ';' '
    $2 ~ /, First>$/ { first = $1; next }
    { class = $3 ~ /^L/ ? 1 : $3 ~ /^N/ ? 2 : $3 ~ /^P/ ? 4 : 0 }
    class { print ($2 ~ /, Last>$/ ? first : $1), $1, class }
  ' "$folder/UnicodeData.txt"
  sed -nE 's/^([0-9A-F]+)(\.\.([0-9A-F]+))? *; White_Space.*/\1 \3/p' "$folder/PropList.txt" |
    awk '{ print $1, ($2 == "" ? $1 : $2), 3 }'
}

# Code points that begin a run of one class, times 8, plus the class.
starts() {
  while read -r first last class; do
    printf '%d %d %d\n' "0x$first" "0x$last" "$class"
  done | sort -n | awk '
    function start(at, class) { if (class != current) { print at * 8 + class; current = class } }
    $1 > next_free { start(next_free, 0) }
    { start($1, $3); next_free = $2 + 1 }
    END { start(next_free, 0) }'
}

cat << HEADER
// Made by unicode_classes.sh of Unicode $version; do not edit.
#include "llm/unicode_classes.hpp"

#include <algorithm>
#include <array>

namespace czip::llm {
namespace {

// Where a run of code points of one class begins: the first of them times 8, plus the class.
constexpr auto kRuns = std::to_array<std::uint32_t>({
HEADER
{ echo 0; classes | starts; } | sed 's/$/,/' | fmt -w 96 | sed 's/^/    /'
cat << 'FOOTER'
});

}  // namespace

CharacterClass class_of(std::uint32_t code_point) {
  constexpr std::uint32_t kClassMask = 7;
  const auto after = std::upper_bound(kRuns.begin(), kRuns.end(), code_point * 8 | kClassMask);
  return static_cast<CharacterClass>(*(after - 1) & kClassMask);
}

}  // namespace czip::llm
FOOTER
