#include "cli/help.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.hpp"
#include "cli/command.hpp"
#include "cli/completions.hpp"
#include "cli/help_pages.hpp"
#include "cli/man_page.hpp"
#include "cli/option_table.hpp"
#include "cli/option_text.hpp"
#include "cli/suggestions.hpp"
#include "czip/engine/simd.hpp"

namespace czip::tool {
namespace {

// A shorter word is part of many others.
constexpr std::size_t kShortestWord = 4;

// Lines with something in front: of the first, and of the others.
std::string indented(std::string_view lines, std::string_view first, std::string_view others) {
  std::string text;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size() - 1) + 1;
    text += std::string(text.empty() ? first : others) + std::string(lines.substr(0, end));
    lines.remove_prefix(end);
  }
  return text;
}

std::string topic_names() {
  std::string names;
  for (const HelpTopic& topic : help_topics())
    names += (names.empty() ? "" : ", ") + std::string(topic.name);
  return names;
}

std::string list_of_commands() {
  constexpr std::size_t kColumn = 15;
  std::string text = "\nCommands:\n";
  for (const HelpPage& page : help_pages()) {
    if (page.summary.empty()) continue;
    std::string line = "  " + std::string(command_name(page.command));
    line.append(kColumn - line.size(), ' ');
    text += line + std::string(page.summary) + "\n";
  }
  return text + "czip help TOPIC tells more: of a command, of an option (czip help --range),\nor " +
         topic_names() + ".\n";
}

// The commands that have an option, as they are typed.
std::string commands_of(const OptionRow& row) {
  std::string commands;
  bool is_in_all = true;
  for (const HelpPage& page : help_pages()) {
    const bool has = (row.commands & bit(page.command)) != 0;
    is_in_all = is_in_all && has;
    const std::string_view name = command_name(page.command);
    if (!has || (name.empty() && page.command != Command::files)) continue;
    commands += commands.empty() ? "" : ", ";
    commands += name.empty() ? "czip" : "czip " + std::string(name);
  }
  if (is_in_all) return "every command";
  return commands.empty() ? "compress.zip's command line" : commands;
}

// Whether a row explains an option of that name: its own, or as one of several names of one option
// in a command, of which it alone has a text.
bool explains(const OptionRow& row, std::string_view name) {
  return row.help != nullptr && std::ranges::any_of(option_table(), [&](const OptionRow& named) {
           const auto names = names_of(named);
           const bool is_same = named.id == row.id && (named.commands & row.commands) != 0 &&
                                (&named == &row || named.help == nullptr);
           return is_same && std::ranges::find(names, name) != names.end();
         });
}

// What is known of an option, for each of its meanings.
std::string option_page(std::string_view name) {
  std::string text;
  for (const OptionRow& row : option_table()) {
    if (!explains(row, name)) continue;
    text += (text.empty() ? "" : "\n") + option_list({&row}) + "  In: " + commands_of(row) + "\n";
    // Without a value, one that is called like a command is that command.
    const std::string command = row.long_name == nullptr ? "" : row.long_name;
    if (row.argument == nullptr && find_command(command) != Command::files)
      text += "  More: czip help " + command + "\n";
  }
  return text;
}

// Options may be asked for without their dashes.
std::string option_page_of(const std::string& word) {
  if (word.starts_with('-')) return option_page(word.substr(0, word.find('=')));
  return option_page((word.size() == 1 ? "-" : "--") + word);
}

// The commands that deal with what a word says, by their summaries.
std::string commands_about(const std::string& word) {
  std::string commands;
  for (const HelpPage& page : help_pages())
    if (word.size() >= kShortestWord && page.summary.find(word) != std::string_view::npos)
      commands += (commands.empty() ? "" : ", ") + std::string(command_name(page.command));
  return commands;
}

Failure no_such_topic(const std::string& word) {
  std::vector<std::string_view> names;
  for (const HelpTopic& topic : help_topics()) names.push_back(topic.name);
  for (const OptionRow& row : option_table())
    if (row.long_name != nullptr && row.help != nullptr) names.emplace_back(row.long_name);
  const std::string_view command = similar_command(word);
  const std::string bare = word.substr(std::min(word.find_first_not_of('-'), word.size()));
  const std::string_view other = nearest_name(bare, names);
  if (!command.empty())
    return usage_error("no command '" + word + "'; did you mean 'czip " + std::string(command) +
                       "'?");
  if (!other.empty())
    return usage_error("no command '" + word + "'; did you mean 'czip help " + std::string(other) +
                       "'?");
  if (const std::string about = commands_about(word); !about.empty())
    return usage_error("no command '" + word + "'; see czip help " + about);
  return usage_error("no command '" + word + "'; see czip --help, or czip help " + topic_names());
}

Result<std::string> completion(std::string_view shell) {
  if (shell == "bash") return bash_completion();
  if (shell == "zsh") return zsh_completion();
  if (shell == "fish") return fish_completion();
  return usage_error("no completion for '" + std::string(shell) + "'; name bash, zsh or fish");
}

Result<std::string> man_page_of(const std::string& word) {
  CZIP_TRY_ASSIGN(const auto command, find_command(word));
  if (command == Command::files) return no_such_topic(word);
  return man_page(command);
}

}  // namespace

std::string help_text(Command command) {
  const HelpPage& page = help_page(command);
  std::string text = indented(page.usage, "Usage: ", "       ") + "\n" + std::string(page.text);
  if (command == Command::files) text += list_of_commands();
  text += "\nOptions:\n" + option_list(listed_options(command));
  if (!page.examples.empty()) text += "\nExamples:\n" + indented(page.examples, "  ", "  ");
  return text +
         "\nExit status: 0 success, 1 usage or environment, 2 the data, 3 a defect of czip\n"
         "(czip help exit-status)\n";
}

std::string version_text() {
  std::string text = "czip " CZIP_VERSION " (reads and writes CZIPv1 and CZIPv2; SIMD:";
  for (const SimdLevel level : supported_simd_levels())
    text += " " + std::string(simd_level_name(level));
  return text + ")\n";
}

Result<std::string> help_on(std::span<const std::string> words) {
  constexpr std::string_view kCompletion = "--completion";
  constexpr std::string_view kMan = "--man";
  if (words.empty()) return help_text(Command::files);
  const std::string& word = words[0];
  if (word == kCompletion && words.size() == 2) return completion(words[1]);
  if (word == kMan && words.size() == 2) return man_page_of(words[1]);
  if (words.size() > 1) return usage_error("help takes one topic; see czip --help");
  if (word.starts_with(std::string(kCompletion) + "="))
    return completion(std::string_view(word).substr(kCompletion.size() + 1));
  if (word == kCompletion) return completion("");
  if (word == kMan) return man_page(Command::files);
  CZIP_TRY_ASSIGN(const auto command, find_command(word));
  if (command != Command::files) return help_text(command);
  for (const HelpTopic& topic : help_topics())
    if (topic.name == word || topic.name == word + "s") return std::string(topic.text);
  if (std::string page = option_page_of(word); !page.empty()) return page;
  return no_such_topic(word);
}

}  // namespace czip::tool
