#include "cli/option_text.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace czip::tool {

std::string label_of(const OptionRow& row) {
  if (row.label != nullptr) return row.label;
  std::string label = row.short_name != 0 ? std::string{'-', row.short_name} : "  ";
  if (row.long_name != nullptr)
    label += std::string(row.short_name != 0 ? ", --" : "  --") + row.long_name;
  if (row.argument != nullptr) label += std::string(" ") + row.argument;
  return label;
}

std::string line_of(const OptionRow& row) {
  std::string line = row.help == nullptr ? "" : row.help;
  std::ranges::replace(line, '\n', ' ');
  return line;
}

std::vector<const OptionRow*> listed_options(Command command) {
  std::vector<const OptionRow*> rows;
  for (const OptionRow& row : option_table())
    if ((row.commands & bit(command)) != 0 && row.help != nullptr) rows.push_back(&row);
  return rows;
}

std::string option_list(const std::vector<const OptionRow*>& rows) {
  constexpr std::size_t kColumn = 26;
  std::string text;
  for (const OptionRow* const row : rows) {
    std::string line = "  " + label_of(*row);
    if (line.size() + 2 > kColumn) {
      text += line + "\n";
      line.clear();
    }
    line.append(kColumn - line.size(), ' ');
    for (const char c : std::string_view(row->help)) {
      line += c;
      if (c == '\n') line.append(kColumn, ' ');
    }
    text += line + "\n";
  }
  return text;
}

std::vector<std::string> names_of(const OptionRow& row) {
  std::vector<std::string> names;
  if (row.short_name != 0) names.push_back({'-', row.short_name});
  if (row.long_name != nullptr) names.push_back("--" + std::string(row.long_name));
  return names;
}

ValueKind value_kind(const OptionRow& row) {
  if (row.argument == nullptr) return ValueKind::none;
  const std::string_view argument = row.argument;
  if (argument.find('|') != std::string_view::npos) return ValueKind::choice;
  constexpr std::array<std::string_view, 5> kFiles{"FILE", "MODEL", "DIR", "IN", "OUT"};
  return std::ranges::find(kFiles, argument) == kFiles.end() ? ValueKind::other : ValueKind::file;
}

std::vector<std::string> choices_of(const OptionRow& row) {
  std::vector<std::string> choices;
  std::string_view rest = value_kind(row) == ValueKind::choice ? row.argument : "";
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('|'), rest.size());
    choices.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return choices;
}

}  // namespace czip::tool
