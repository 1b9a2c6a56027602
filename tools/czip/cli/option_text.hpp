// The rows of the option table as text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "cli/option_table.hpp"

namespace czip::tool {

// "-m, --model MODEL".
[[nodiscard]] std::string label_of(const OptionRow& row);

// The help of an option on one line.
[[nodiscard]] std::string line_of(const OptionRow& row);

// The rows of a command that its page lists.
[[nodiscard]] std::vector<const OptionRow*> listed_options(Command command);

// Rows as lists have them: labels, and behind them what they mean.
[[nodiscard]] std::string option_list(const std::vector<const OptionRow*>& rows);

// The names by which an option is typed: "-m", "--model".
[[nodiscard]] std::vector<std::string> names_of(const OptionRow& row);

// What a value of an option is, for completions.
enum class ValueKind : std::uint8_t { none, file, choice, other };
[[nodiscard]] ValueKind value_kind(const OptionRow& row);
// The words of a choice.
[[nodiscard]] std::vector<std::string> choices_of(const OptionRow& row);

}  // namespace czip::tool
