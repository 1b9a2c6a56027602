#include "cli/command.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/errors.hpp"
#include "cli/suggestions.hpp"

namespace czip::tool {
namespace {

struct CommandName {
  std::string_view name;
  Command command;
};
constexpr std::array kCommands{
    CommandName{"compress", Command::compress},   CommandName{"decompress", Command::decompress},
    CommandName{"test", Command::test},           CommandName{"list", Command::list},
    CommandName{"verify", Command::verify},       CommandName{"selftest", Command::selftest},
    CommandName{"bench", Command::bench},         CommandName{"train", Command::train},
    CommandName{"repair", Command::repair},       CommandName{"model", Command::model},
    CommandName{"inspect", Command::inspect},     CommandName{"score", Command::score},
    CommandName{"compare", Command::compare},     CommandName{"classify", Command::classify},
    CommandName{"append", Command::append},       CommandName{"repack", Command::repack},
    CommandName{"import", Command::import_model},
};

}  // namespace

std::string_view command_name(Command command) {
  for (const CommandName& row : kCommands)
    if (row.command == command) return row.name;
  return "";
}

std::string_view similar_command(std::string_view word) {
  std::array<std::string_view, kCommands.size() + 1> names{"help"};
  std::ranges::transform(kCommands, names.begin() + 1, &CommandName::name);
  return nearest_name(word, names);
}

Result<Command> find_command(std::string_view word) {
  for (const CommandName& row : kCommands)
    if (row.name == word) return row.command;
  return Command::files;
}

}  // namespace czip::tool
