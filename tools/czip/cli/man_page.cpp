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

std::string options_of(Command command) {
  std::string text;
  for (const OptionRow* const row : listed_options(command)) text += option(*row);
  return text;
}

std::string in_capitals(std::string_view name) {
  std::string text(name);
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

std::string section(std::string_view title, std::string_view content) {
  return ".SH " + std::string(title) + "\n" + std::string(content);
}

// "czip-train", and "czip" for czip without a command.
std::string page_name(Command command) {
  const std::string_view name = command_name(command);
  return name.empty() ? "czip" : "czip-" + std::string(name);
}

std::string reference(std::string_view page, std::string_view manual_section,
                      std::string_view behind = "") {
  return ".BR " + escaped(page) + " (" + std::string(manual_section) + ")" + std::string(behind) +
         "\n";
}

// Begins a page. It has no date: the same czip writes the same page on every day.
std::string heading(std::string_view name, std::string_view summary) {
  return ".\\\" Made by czip help --man; do not change it.\n.TH " + in_capitals(name) +
         " 1 \"\" \"czip " CZIP_VERSION "\" \"User Commands\"\n" +
         section("NAME", escaped(name) + " \\- " + escaped(summary) + "\n");
}

std::string list_of_commands() {
  std::string text = "Each has a page of its own.\n";
  for (const HelpPage& page : help_pages())
    if (!page.summary.empty())
      text += ".TP\n" + reference(page_name(page.command), "1") + line(page.summary);
  return text + ".TP\n.B czip help\n" +
         line(
             "tell of a command, an option or a topic on the terminal; --man COMMAND and "
             "--completion SHELL print what is installed for man and shells");
}

// A second way to call a command: compress.zip's.
std::string compat_section(Command command) {
  const HelpPage& page = help_page(command);
  return section("THE COMMAND LINE OF COMPRESS.ZIP",
                 verbatim(page.usage) + ".PP\n" + paragraphs(page.text) + options_of(command) +
                     ".PP\nExample:\n.PP\n" + verbatim(page.examples));
}

// The other pages, behind that of czip.
std::string see_also(Command command) {
  std::string text = command == Command::files ? "" : reference("czip", "1", ",");
  for (const HelpPage& page : help_pages())
    if (!page.summary.empty() && page.command != command)
      text += reference(page_name(page.command), "1", ",");
  return section("SEE ALSO", text + reference("tar", "1", ",") + reference("xz", "1", ",") +
                                 reference("zstd", "1"));
}

std::string general_page() {
  const HelpPage& general = help_page(Command::files);
  std::string page = heading("czip", "compress text, reproducibly, with a neural predictor") +
                     section("SYNOPSIS", verbatim(general.usage)) +
                     section("DESCRIPTION", paragraphs(general.text)) +
                     section("OPTIONS", options_of(Command::files)) +
                     section("EXAMPLES", verbatim(general.examples)) +
                     section("COMMANDS", list_of_commands());
  for (const HelpTopic& topic : help_topics()) {
    std::string title = in_capitals(topic.name);
    std::ranges::replace(title, '-', ' ');
    page += section(title, paragraphs(topic.text));
  }
  return page + see_also(Command::files);
}

}  // namespace

std::string man_page(Command command) {
  if (command == Command::files) return general_page();
  const HelpPage& own = help_page(command);
  std::string page =
      heading(page_name(command), own.summary) + section("SYNOPSIS", verbatim(own.usage)) +
      section("DESCRIPTION", paragraphs(own.text)) + section("OPTIONS", options_of(command)) +
      section("EXAMPLES", verbatim(own.examples));
  if (command == Command::compress) page += compat_section(Command::compat_compress);
  if (command == Command::decompress) page += compat_section(Command::compat_decompress);
  page += section("EXIT STATUS",
                  "0 success, 1 usage or environment, 2 the data, 3 a defect of czip; "
                  "more in\n" +
                      reference("czip", "1", "."));
  return page + see_also(command);
}

}  // namespace czip::tool
