#include "cli/arguments.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.hpp"
#include "cli/argument_checks.hpp"
#include "cli/command.hpp"
#include "cli/help.hpp"
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

// The command that the first word names, which is taken from `words`. Error: the word is no file
// either, and looks like a mistyped command.
Result<Command> take_command(std::vector<std::string>& words) {
  if (words.empty()) return Command::files;
  const std::string word = words[0];
  CZIP_TRY_ASSIGN(const auto command, find_command(word));
  if (command != Command::files) words.erase(words.begin());
  struct stat file {};
  const bool is_file = word.starts_with('-') || word.empty() || lstat(word.c_str(), &file) == 0;
  if (command == Command::files && !is_file && !similar_command(word).empty())
    return usage_error(word + ": no such file or command; did you mean 'czip " +
                       std::string(similar_command(word)) + "'?");
  return command;
}

}  // namespace

Result<Arguments> parse_arguments(int argc, const char* const* argv) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  Arguments arguments;
  if (!words.empty() && words[0] == "help") {
    CZIP_TRY_ASSIGN(arguments.answer, help_on(std::span(words).subspan(1)));
    return arguments;
  }
  CZIP_TRY_ASSIGN(auto command, take_command(words));
  arguments.compat =
      (command == Command::compress || command == Command::decompress) && has_input_option(words);
  if (arguments.compat)
    command = command == Command::compress ? Command::compat_compress : Command::compat_decompress;

  OptionParser parser(command, arguments);
  CZIP_TRY(parser.parse(words));
  arguments.command = parser.mode().value_or(plain_command(command));
  if (!arguments.answer.empty()) return arguments;
  CZIP_TRY(check_arguments(arguments));
  if (arguments.files.empty() && arguments.files_from.empty() &&
      arguments.command != Command::model)
    arguments.files.emplace_back("-");
  return arguments;
}

}  // namespace czip::tool
