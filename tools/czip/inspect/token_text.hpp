// The texts of tokens where characters are divided among tokens.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace czip::tool {

// The characters that begin in `count` bytes of the text from `at` on, whole even where they end
// behind them: the rest of a character before is left out. Empty for the rest of one character
// alone. Bytes that are no UTF-8 stand for themselves.
[[nodiscard]] std::string_view characters_begun(std::span<const std::uint8_t> text, std::size_t at,
                                                std::size_t count);

// `bytes` as a page shows them: line ends and tabs stay, and what else is not printable is escaped.
[[nodiscard]] std::string page_text(std::string_view bytes);

}  // namespace czip::tool
