// Makes the targets of x86 calls and jumps absolute, so that those to one place look alike, and
// relative again. Machine code gets 5 to 10 % smaller. The method is common: the x86 filters of xz
// and 7-Zip, and E8E9 of ZPAQ, whose condition this is. Specification:
// conformance/czip-v2-coding.md.
#pragma once

#include <cstdint>
#include <span>

namespace czip::v2 {

// Adds its place in the text to the distance of each branch, mod 2^24, from the last branch to the
// first.
void make_x86_branches_absolute(std::span<std::uint8_t> text);
// Undoes make_x86_branches_absolute.
void make_x86_branches_relative(std::span<std::uint8_t> text);

// Whether the text has as many branches as machine code has.
[[nodiscard]] bool may_be_x86(std::span<const std::uint8_t> text);

}  // namespace czip::v2
