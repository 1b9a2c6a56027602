// The words of the help. What else a page shows, its options, is made from the option table, and
// manual page and completions are made from both. A new command needs a page here.
#pragma once

#include <span>
#include <string_view>

#include "cli/command.hpp"

namespace czip::tool {

// Lines have at most 90 columns. An empty line ends a paragraph; lines that begin with blanks stay
// as they are in the manual page, too.
struct HelpPage {
  Command command;
  std::string_view summary;   // in lists of commands; empty: it is in none
  std::string_view usage;     // each line begins with "czip"
  std::string_view text;      // what it does
  std::string_view examples;  // command lines, with what each does behind two blanks or more
};

// In the order in which lists have them.
[[nodiscard]] std::span<const HelpPage> help_pages();
[[nodiscard]] const HelpPage& help_page(Command command);

// What is no command.
struct HelpTopic {
  std::string_view name;
  std::string_view text;
};
[[nodiscard]] std::span<const HelpTopic> help_topics();

}  // namespace czip::tool
