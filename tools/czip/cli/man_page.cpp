#include "cli/man_page.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "cli/command.hpp"
#include "cli/help_pages.hpp"
#include "cli/option_table.hpp"
#include "cli/option_text.hpp"

namespace czip::tool {
namespace {

// Text that roff takes for nothing else, within a line.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\')
      result += "\\e";
    else if (c == '-')
      result += "\\-";
    else if (c == '\'')
      result += "\\(aq";
    else if (c == '^')
      result += "\\(ha";
    else if (c == '~')
      result += "\\(ti";
    else
      result += c;
  }
  return result;
}

// A line of its own: a point at its beginning would be a macro.
std::string line(std::string_view text) {
  return (text.starts_with('.') ? "\\&" : "") + escaped(text) + "\n";
}

template <class Function>
void for_each_line(std::string_view text, const Function& function) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    function(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string verbatim(std::string_view text) {
  std::string result = ".nf\n";
  for_each_line(text, [&](std::string_view each) { result += line(each); });
  return result + ".fi\n";
}

// Paragraphs, and lines that stay as they are.
std::string paragraphs(std::string_view text) {
  std::string result;
  bool stays = false;
  for_each_line(text, [&](std::string_view each) {
    if (each.starts_with(' ') != stays) result += stays ? ".fi\n" : ".nf\n";
    stays = each.starts_with(' ');
    result += each.empty() ? ".PP\n" : line(each);
  });
  return result + (stays ? ".fi\n" : "");
}

std::string option(const OptionRow& row) {
  std::string label;
  for (const std::string& name : names_of(row))
    label += (label.empty() ? "" : ", ") + ("\\fB" + escaped(name)) + "\\fR";
  if (row.label != nullptr) label = "\\fB" + escaped(row.label) + "\\fR";
  if (row.argument != nullptr) label += " \\fI" + escaped(row.argument) + "\\fR";
  std::string text = ".TP\n" + label + "\n";
  for_each_line(row.help, [&](std::string_view each) { text += line(each); });
  return text;
}

// The options that a command shares with czip without a command are described there.
std::string options_of(Command command) {
  std::string own;
  std::string shared;
  for (const OptionRow* const row : listed_options(command)) {
    if (command == Command::files || (row->commands & bit(Command::files)) == 0) {
      own += option(*row);
      continue;
    }
    for (const std::string& name :
         row->label != nullptr ? std::vector<std::string>{row->label} : names_of(*row))
      shared += (shared.empty() ? "" : ", ") + ("\\fB" + escaped(name)) + "\\fR";
  }
  return own + (shared.empty() ? "" : ".PP\nOptions as above: " + shared + ".\n");
}

std::string command_section(const HelpPage& page) {
  std::string_view title = command_name(page.command);
  if (page.command == Command::compat_compress) title = "compress with the options of compress.zip";
  if (page.command == Command::compat_decompress)
    title = "decompress with the options of compress.zip";
  return ".SS " + std::string(title) + "\n" + verbatim(page.usage) + ".PP\n" +
         paragraphs(page.text) + options_of(page.command) + ".PP\nExamples:\n.PP\n" +
         verbatim(page.examples);
}

std::string in_capitals(std::string_view name) {
  std::string text(name);
  for (char& c : text) c = c == '-' ? ' ' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

}  // namespace

std::string man_page() {
  const HelpPage& general = help_page(Command::files);
  std::string page = ".\\\" Made by czip help --man.\n.TH CZIP 1 \"\" \"czip " CZIP_VERSION
                     "\" \"User Commands\"\n"
                     ".SH NAME\nczip \\- compress text, reproducibly, with a neural predictor\n"
                     ".SH SYNOPSIS\n";
  page += verbatim(general.usage);
  page += ".SH DESCRIPTION\n" + paragraphs(general.text);
  page += ".SH OPTIONS\n" + options_of(Command::files);
  page += ".SH EXAMPLES\n" + verbatim(general.examples);
  page += ".SH COMMANDS\n";
  for (const HelpPage& each : help_pages())
    if (each.command != Command::files) page += command_section(each);
  for (const HelpTopic& topic : help_topics())
    page += ".SH " + in_capitals(topic.name) + "\n" + paragraphs(topic.text);
  return page + ".SH SEE ALSO\n.BR tar (1),\n.BR xz (1),\n.BR zstd (1)\n";
}

}  // namespace czip::tool
