#include "cli/arguments.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "cli/argument_checks.hpp"
#include "cli/command.hpp"
#include "cli/option_parser.hpp"

namespace czip::tool {
namespace {

// Only compress.zip's command line has -i.
bool has_input_option(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (word == "--") return false;
    if (word.starts_with("-i") || word == "--input" || word.starts_with("--input=")) return true;
  }
  return false;
}

// The command that does the work of one with compress.zip's command line, or of none.
Command plain_command(Command command) {
  if (command == Command::compat_compress || command == Command::files) return Command::compress;
  return command == Command::compat_decompress ? Command::decompress : command;
}

}  // namespace

Result<Arguments> parse_arguments(int argc, const char* const* argv) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  Arguments arguments;
  Command command = Command::files;
  if (!words.empty()) {
    const bool help = words[0] == "help";  // `czip help list` is `czip list --help`
    if (help) words.erase(words.begin());
    CZIP_TRY_ASSIGN(const auto found, words.empty() ? Command::files : find_command(words[0]));
    command = found;
    if (command != Command::files) words.erase(words.begin());
    if (help) words.assign(1, "--help");
  }
  arguments.compat =
      (command == Command::compress || command == Command::decompress) && has_input_option(words);
  if (arguments.compat)
    command = command == Command::compress ? Command::compat_compress : Command::compat_decompress;

  OptionParser parser(command, arguments);
  CZIP_TRY(parser.parse(words));
  arguments.command = parser.mode().value_or(plain_command(command));
  if (!arguments.answer.empty()) return arguments;
  CZIP_TRY(check_arguments(arguments));
  if (arguments.files.empty()) arguments.files.emplace_back("-");
  return arguments;
}

}  // namespace czip::tool
