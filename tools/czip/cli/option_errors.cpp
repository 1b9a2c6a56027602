#include "cli/option_errors.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "cli/option_table.hpp"
#include "cli/option_text.hpp"
#include "cli/suggestions.hpp"

namespace czip::tool {
namespace {

// How a command is typed.
std::string typed_command(Command command) {
  if (command == Command::files) return "czip";
  if (command == Command::compat_compress) return "czip compress";
  if (command == Command::compat_decompress) return "czip decompress";
  return "czip " + std::string(command_name(command));
}

// The commands, as they are typed, that have a listed option of that name.
std::vector<std::string> commands_with(const std::string& name) {
  std::vector<std::string> commands;
  for (unsigned i = 0; i < 32; ++i) {
    const auto command = static_cast<Command>(1U << i);
    if (command != Command::files && command_name(command).empty()) continue;
    for (const OptionRow& row : option_table()) {
      const auto names = names_of(row);
      if ((row.commands & bit(command)) == 0 || std::ranges::find(names, name) == names.end())
        continue;
      commands.push_back(typed_command(command));
      break;
    }
  }
  return commands;
}

// "a, b and c".
std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  return text;
}

}  // namespace

Status check_option_of_mode(Command command, const std::string& name) {
  auto commands = commands_with(name);
  std::erase(commands, typed_command(Command::files));
  if (std::ranges::find(commands, typed_command(command)) != commands.end()) return {};
  return usage_error(name + " has no meaning here; " + joined(commands) +
                     (commands.size() == 1 ? " has it" : " have it"));
}

std::string see_help(Command command) { return "; see " + typed_command(command) + " --help"; }

Failure unknown_option(Command command, const std::string& typed) {
  if (const auto commands = commands_with(typed); !commands.empty()) {
    return usage_error(typed_command(command) + " has no option " + typed + ", but " +
                       joined(commands) + (commands.size() == 1 ? " has" : " have"));
  }
  std::vector<std::string_view> known;
  for (const OptionRow& row : option_table())
    if (row.long_name != nullptr && (row.commands & bit(command)) != 0)
      known.emplace_back(row.long_name);
  std::string meant;
  for (const std::string_view name : known)
    if (typed.size() > 2 && name.starts_with(std::string_view(typed).substr(2)))
      meant += (meant.empty() ? "--" : ", --") + std::string(name);
  if (!meant.empty()) return usage_error("option " + typed + " can mean several: " + meant);
  const std::string_view similar =
      typed.starts_with("--") ? nearest_name(typed.substr(2), known) : std::string_view();
  if (!similar.empty())
    return usage_error("unknown option " + typed + "; did you mean --" + std::string(similar) +
                       "?");
  return usage_error("unknown option " + typed + see_help(command));
}

}  // namespace czip::tool
