// What a mistyped word was meant to be.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace czip::tool {

// The least number of letters that are inserted, left out, replaced or exchanged with their
// neighbour to make `b` of `a`. Source: the optimal string alignment distance of Damerau and
// Levenshtein. Takes memory for the product of both lengths.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// The name of which `word` is a misspelling or the beginning; empty if it resembles none.
[[nodiscard]] std::string_view nearest_name(std::string_view word,
                                            std::span<const std::string_view> names);

}  // namespace czip::tool
