// What a mistyped word was meant to be.
#pragma once

#include <span>
#include <string_view>

namespace czip::tool {

// The name of which `word` is a misspelling or the beginning; empty if it resembles none.
[[nodiscard]] std::string_view nearest_name(std::string_view word,
                                            std::span<const std::string_view> names);

}  // namespace czip::tool
