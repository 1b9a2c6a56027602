#include "cli/completions.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/command.hpp"
#include "cli/help_pages.hpp"
#include "cli/option_table.hpp"
#include "cli/option_text.hpp"

namespace czip::tool {
namespace {

constexpr std::string_view kHeading = "# Made by czip help --completion; do not change it.\n";

// The pages whose options are completed: those of commands that are typed, and of none.
std::vector<const HelpPage*> typed_pages() {
  std::vector<const HelpPage*> pages;
  for (const HelpPage& page : help_pages())
    if (page.command == Command::files || !page.summary.empty()) pages.push_back(&page);
  return pages;
}

// The bits of a command, with those of compress.zip's command line that begins with it.
unsigned bits_of(Command command) {
  if (command == Command::compress) return bit(command) | bit(Command::compat_compress);
  if (command == Command::decompress) return bit(command) | bit(Command::compat_decompress);
  return bit(command);
}

// The options of a command. Where compress.zip's command line has an option of the same name, it is
// left out.
struct Option {
  const OptionRow* row;
  std::vector<std::string> names;
};
std::vector<Option> options_of(Command command) {
  std::vector<Option> options;
  std::vector<std::string> seen;
  for (const unsigned bits : {bit(command), bits_of(command)})
    for (const OptionRow& row : option_table()) {
      if ((row.commands & bits) == 0) continue;
      std::vector<std::string> names;
      for (const std::string& name : names_of(row))
        if (std::ranges::find(seen, name) == seen.end()) names.push_back(name);
      if (names.empty()) continue;
      seen.insert(seen.end(), names.begin(), names.end());
      options.push_back({&row, std::move(names)});
    }
  return options;
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : std::string(between)) + word;
  return text;
}

std::vector<std::string> command_words() {
  std::vector<std::string> words;
  for (const HelpPage* const page : typed_pages())
    if (page->command != Command::files) words.emplace_back(command_name(page->command));
  return words;
}

// What `czip help` takes.
std::vector<std::string> topic_words() {
  std::vector<std::string> words = command_words();
  for (const HelpTopic& topic : help_topics()) words.emplace_back(topic.name);
  return words;
}

// The beginning of a description, for lists, without what shells take for something else.
std::string shortened(std::string text) {
  for (const char* const end : {". ", "; ", " ("}) text = text.substr(0, text.find(end));
  std::erase_if(text, [](char c) { return c == '\'' || c == '[' || c == ']' || c == ':'; });
  return text;
}

}  // namespace

std::string bash_completion() {
  std::string text(kHeading);
  text +=
      "_czip() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command= options= "
      "words=\n"
      "  # \"=\" is a word of its own.\n"
      "  if [[ $cur == = ]]; then cur=\n"
      "  elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi\n"
      "  COMPREPLY=()\n"
      "  if ((COMP_CWORD > 1)); then\n"
      "    case ${COMP_WORDS[1]} in\n"
      "      " +
      joined(command_words(), " | ") +
      " | help) command=${COMP_WORDS[1]} ;;\n"
      "    esac\n"
      "  fi\n"
      "  case $command:$prev in\n";
  for (const HelpPage* const page : typed_pages())
    for (const Option& option : options_of(page->command)) {
      if (option.row->argument == nullptr) continue;
      const std::string command = std::string(command_name(page->command)) + ":";
      text += "    " + command + joined(option.names, " | " + command) + ")";
      // Without a reply, names of files are completed.
      text += value_kind(*option.row) == ValueKind::choice
                  ? " words='" + joined(choices_of(*option.row), " ") + "' ;;\n"
                  : " return ;;\n";
    }
  text += "    help:*) words='" + joined(topic_words(), " ") +
          "' ;;\n"
          "  esac\n"
          "  if [[ -n $words ]]; then\n"
          "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
          "    return\n"
          "  fi\n"
          "  case $command in\n";
  for (const HelpPage* const page : typed_pages()) {
    std::vector<std::string> names;
    for (const Option& option : options_of(page->command))
      names.insert(names.end(), option.names.begin(), option.names.end());
    const std::string_view command = command_name(page->command);
    text += "    " + (command.empty() ? "''" : std::string(command)) + ") options='" +
            joined(names, " ") + "' ;;\n";
  }
  return text +
         "  esac\n"
         "  if [[ $cur == -* ]]; then\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
         "  elif ((COMP_CWORD == 1)); then\n"
         "    compopt -o filenames\n"
         "    mapfile -t COMPREPLY < <(compgen -W '" +
         joined(command_words(), " ") +
         " help' -- \"$cur\"; compgen -f -- \"$cur\")\n"
         "  fi\n"
         "}\n"
         "complete -o default -o bashdefault -F _czip czip\n";
}

namespace {

std::string zsh_option(const Option& option) {
  std::vector<std::string> names = option.names;
  const bool has_value = option.row->argument != nullptr;
  // A value stands behind a short option, and behind a long one also after "=".
  if (has_value)
    for (std::string& name : names) name += name.starts_with("--") ? "=" : "+";
  std::string text = "    ";
  if (names.size() > 1)
    text += "'(" + joined(option.names, " ") + ")'{" + joined(names, ",") + "}'";
  else
    text += "'" + names[0];
  text += "[" + shortened(line_of(*option.row)) + "]";
  if (has_value) {
    text += ":";
    for (const char c : std::string_view(option.row->argument))
      text += c == ':' ? std::string("\\:") : std::string{c};
    text += ":";
    if (value_kind(*option.row) == ValueKind::file) text += "_files";
    if (value_kind(*option.row) == ValueKind::choice)
      text += "(" + joined(choices_of(*option.row), " ") + ")";
  }
  return text + "'\n";
}

}  // namespace

std::string zsh_completion() {
  std::string text = "#compdef czip\n" + std::string(kHeading) +
                     "local -a czip_commands czip_options\n"
                     "czip_commands=(\n";
  for (const HelpPage* const page : typed_pages())
    if (page->command != Command::files)
      text += "  '" + std::string(command_name(page->command)) + ":" +
              shortened(std::string(page->summary)) + "'\n";
  text +=
      "  'help:tell more of a command, an option or a topic'\n)\n"
      "local czip_command=\n"
      "if (( CURRENT > 2 )); then\n"
      "  case $words[2] in\n"
      "    (" +
      joined(command_words(), "|") +
      "|help) czip_command=$words[2] ;;\n"
      "  esac\n"
      "fi\n"
      "case $czip_command in\n";
  for (const HelpPage* const page : typed_pages()) {
    const std::string_view command = command_name(page->command);
    text += "  (" + (command.empty() ? "''" : std::string(command)) + ") czip_options=(\n";
    for (const Option& option : options_of(page->command)) text += zsh_option(option);
    text += "  ) ;;\n";
  }
  return text + "  (help) compadd -- " + joined(topic_words(), " ") +
         "; return ;;\n"
         "esac\n"
         "if [[ -n $czip_command ]]; then\n"
         "  shift words\n"
         "  (( CURRENT-- ))\n"
         "elif (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n"
         "  _alternative 'commands:command:{_describe command czip_commands}' 'files:file:_files'\n"
         "  return\n"
         "fi\n"
         "_arguments -s -S $czip_options '*:file:_files'\n";
}

std::string fish_completion() {
  std::string text(kHeading);
  text +=
      "function __czip_command\n"
      "  set -l words (commandline -opc)\n"
      "  if test (count $words) -ge 2; and contains -- $words[2] " +
      joined(command_words(), " ") +
      " help\n"
      "    echo $words[2]\n"
      "  else\n"
      "    echo files\n"
      "  end\n"
      "end\n"
      "function __czip_first\n"
      "  test (count (commandline -opc)) -eq 1\n"
      "end\n";
  for (const HelpPage* const page : typed_pages())
    if (page->command != Command::files)
      text += "complete -c czip -n __czip_first -a " + std::string(command_name(page->command)) +
              " -d '" + shortened(std::string(page->summary)) + "'\n";
  text +=
      "complete -c czip -n __czip_first -a help -d 'tell more of a command, an option or a "
      "topic'\n"
      "complete -c czip -n 'test (__czip_command) = help' -f -a '" +
      joined(topic_words(), " ") + "'\n";
  for (const HelpPage* const page : typed_pages()) {
    const std::string_view name = command_name(page->command);
    const std::string command = name.empty() ? "files" : std::string(name);
    for (const Option& option : options_of(page->command)) {
      text += "complete -c czip -n 'test (__czip_command) = " + command + "'";
      for (const std::string& each : option.names)
        text += each.starts_with("--") ? " -l " + each.substr(2) : " -s " + each.substr(1);
      if (value_kind(*option.row) == ValueKind::file) text += " -r";
      if (value_kind(*option.row) == ValueKind::other) text += " -x";
      if (value_kind(*option.row) == ValueKind::choice)
        text += " -x -a '" + joined(choices_of(*option.row), " ") + "'";
      const std::string help = shortened(line_of(*option.row));
      text += (help.empty() ? "" : " -d '" + help + "'") + "\n";
    }
  }
  return text;
}

}  // namespace czip::tool
