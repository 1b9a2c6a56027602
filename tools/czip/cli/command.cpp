#include "cli/command.hpp"

#include <array>
#include <string_view>

#include "base/errors.hpp"

namespace czip::tool {
namespace {

struct CommandName {
  std::string_view name;
  Command command;
};
constexpr std::array kCommands{
    CommandName{"compress", Command::compress}, CommandName{"decompress", Command::decompress},
    CommandName{"test", Command::test},         CommandName{"list", Command::list},
    CommandName{"verify", Command::verify},     CommandName{"selftest", Command::selftest},
    CommandName{"bench", Command::bench},       CommandName{"train", Command::train},
    CommandName{"repair", Command::repair},
};

}  // namespace

std::string_view command_name(Command command) {
  for (const CommandName& row : kCommands)
    if (row.command == command) return row.name;
  return "";
}

Result<Command> find_command(std::string_view word) {
  for (const CommandName& row : kCommands)
    if (row.name == word) return row.command;
  if (word == "inspect")
    return usage_error("'inspect' is not in this version; a file of that name: ./inspect");
  return Command::files;
}

}  // namespace czip::tool
