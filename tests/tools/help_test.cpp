// Help, manual page and completions have every command and every option of the table.
#include "cli/help.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "cli/completions.hpp"
#include "cli/help_pages.hpp"
#include "cli/man_page.hpp"
#include "cli/option_errors.hpp"
#include "cli/option_table.hpp"
#include "cli/option_text.hpp"

namespace czip::tool {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// The lines between one that begins so and the next that has a given one's form.
std::string section(std::string_view text, std::string_view first, std::string_view next) {
  std::string lines;
  bool inside = false;
  for (const std::string& line : lines_of(text)) {
    if (inside && line.starts_with(next)) return lines;
    inside = inside || line == first;
    if (inside) lines += line + "\n";
  }
  return lines;
}

bool is_compat(Command command) {
  return command == Command::compat_compress || command == Command::compat_decompress;
}

std::string in_roff(std::string_view text) {
  std::string result;
  for (const char c : text)
    result += c == '-' ? std::string("\\-") : c == '\'' ? std::string("\\(aq") : std::string{c};
  return result;
}

// Whether a script has a word: what stands around it belongs to no option.
bool has_word(std::string_view text, std::string_view word) {
  const auto belongs = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-';
  };
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string_view::npos; ++at) {
    const bool begins = at == 0 || !belongs(text[at - 1]);
    const std::size_t end = at + word.size();
    if (begins && (end == text.size() || !belongs(text[end]))) return true;
  }
  return false;
}

// Calls check(page, row) for each option of each page.
template <class Check>
void for_each_option(const Check& check) {
  for (const HelpPage& page : help_pages())
    for (const OptionRow& row : option_table())
      if ((row.commands & bit(page.command)) != 0) check(page, row);
}

}  // namespace

TEST_CASE("every command has a page, and its options have a command") {
  unsigned known = 0;
  for (const HelpPage& page : help_pages()) {
    CHECK((known & bit(page.command)) == 0);
    known |= bit(page.command);
    CHECK_FALSE(page.usage.empty());
    CHECK_FALSE(page.text.empty());
    CHECK_FALSE(page.examples.empty());
    CHECK(page.summary.empty() == (page.command == Command::files || is_compat(page.command)));
    if (!page.summary.empty()) {
      const auto found = find_command(command_name(page.command));
      REQUIRE(found.has_value());
      CHECK(*found == page.command);
    }
  }
  for (const OptionRow& row : option_table()) CHECK((row.commands & known) != 0);
}

TEST_CASE("a command has one option of a name") {
  for (const HelpPage& page : help_pages()) {
    std::vector<std::string> names;
    for (const OptionRow& row : option_table()) {
      if ((row.commands & bit(page.command)) == 0) continue;
      for (const std::string& name : names_of(row)) {
        CAPTURE(name);
        CHECK(std::ranges::find(names, name) == names.end());
        names.push_back(name);
      }
    }
  }
}

TEST_CASE("a help page lists the options of its command and no others") {
  for (const HelpPage& page : help_pages()) {
    const std::string text = help_text(page.command);
    CAPTURE(text);
    const std::string options = section(text, "Options:", "Examples:");
    for (const OptionRow& row : option_table()) {
      if (row.help == nullptr) continue;
      const bool is_its = (row.commands & bit(page.command)) != 0;
      const std::string line = "\n  " + label_of(row);
      if (is_its) CHECK(has(options, line));
      if (is_its) CHECK(has(options, row.help == nullptr ? "" : lines_of(row.help)[0]));
      // A line's beginning may be that of a longer name.
      if (!is_its && row.long_name != nullptr &&
          std::ranges::none_of(option_table(), [&](const OptionRow& other) {
            return (other.commands & bit(page.command)) != 0 && other.long_name != nullptr &&
                   std::string_view(other.long_name) == row.long_name;
          }))
        CHECK_FALSE(has_word(options, "  --" + std::string(row.long_name)));
    }
    for (const std::string& line : lines_of(text)) CHECK(line.size() <= 91);
  }
}

TEST_CASE("every command has a manual page with its options") {
  const std::string general = man_page(Command::files);
  for_each_option([&](const HelpPage& page, const OptionRow& row) {
    if (row.help == nullptr) return;
    const Command typed = page.command == Command::compat_compress     ? Command::compress
                          : page.command == Command::compat_decompress ? Command::decompress
                                                                       : page.command;
    const std::string options = section(
        man_page(typed),
        is_compat(page.command) ? ".SH THE COMMAND LINE OF COMPRESS.ZIP" : ".SH OPTIONS", ".SH");
    CAPTURE(command_name(typed));
    for (const std::string& name : names_of(row)) {
      CAPTURE(name);
      const std::string shown = row.label != nullptr ? row.label : name;
      CHECK(has(options, "\\fB" + in_roff(shown) + "\\fR"));
    }
  });
  for (const HelpTopic& topic : help_topics())
    CHECK(has(general, in_roff(lines_of(topic.text)[0]).substr(0, 20)));
}

TEST_CASE("manual pages refer to each other") {
  const auto title_of = [](Command command) {
    return "czip" + (command == Command::files ? "" : "\\-" + std::string(command_name(command)));
  };
  for (const HelpPage& page : help_pages()) {
    if (is_compat(page.command)) continue;
    const std::string man = man_page(page.command);
    CHECK(has(
        man, ".SH NAME\n" + title_of(page.command) + " \\- " + in_roff(std::string(page.summary))));
    const std::string others = section(man, ".SH SEE ALSO", ".SH");
    for (const HelpPage& other : help_pages()) {
      if (is_compat(other.command)) continue;
      const bool is_other = other.command != page.command;
      CHECK(has(others, ".BR " + title_of(other.command) + " (1)") == is_other);
    }
  }
}

TEST_CASE("manual pages leave nothing to roff but macros") {
  const std::array macros{".\\\"", ".SH ", ".TH ", ".BR ", ".B "};
  const std::array bare{".nf", ".fi", ".PP", ".TP"};
  for (const HelpPage& page : help_pages()) {
    if (is_compat(page.command)) continue;
    for (const std::string& line : lines_of(man_page(page.command))) {
      if (line.starts_with('.'))
        CHECK((std::ranges::find(bare, line) != bare.end() ||
               std::ranges::any_of(macros,
                                   [&](const char* macro) { return line.starts_with(macro); })));
      CHECK_FALSE(line.starts_with('\''));
    }
  }
}

TEST_CASE("completions have every command with its options") {
  const std::string bash = bash_completion();
  const std::string zsh = zsh_completion();
  const std::string fish = fish_completion();
  for_each_option([&](const HelpPage& page, const OptionRow& row) {
    const Command typed = page.command == Command::compat_compress     ? Command::compress
                          : page.command == Command::compat_decompress ? Command::decompress
                                                                       : page.command;
    const std::string command(command_name(typed));
    CAPTURE(command);
    const std::string in_bash = "    " + (command.empty() ? "''" : command) + ") options='";
    const std::string in_zsh = "  (" + (command.empty() ? "''" : command) + ") czip_options=(";
    const std::string in_fish =
        "'test (__czip_command) = " + (command.empty() ? "files" : command) + "'";
    std::string bash_line;
    for (const std::string& line : lines_of(bash))
      if (line.starts_with(in_bash)) bash_line = line;
    const std::string zsh_part = section(zsh, in_zsh, "  ) ;;");
    std::string fish_part;
    for (const std::string& line : lines_of(fish))
      if (has(line, in_fish)) fish_part += line + "\n";
    for (const std::string& name : names_of(row)) {
      CAPTURE(name);
      CHECK(has_word(bash_line, name));
      CHECK((has_word(zsh_part, name) || has(zsh_part, name + "=")));
      CHECK(has_word(fish_part,
                     name.starts_with("--") ? "-l " + name.substr(2) : "-s " + name.substr(1)));
    }
    for (const std::string& choice : choices_of(row)) {
      CHECK(has_word(bash, choice));
      CHECK(has_word(zsh_part, choice));
      CHECK(has_word(fish_part, choice));
    }
  });
}

TEST_CASE("an option of another mode is answered with the commands that have it") {
  CHECK(check_option_of_mode(Command::list, "--json").has_value());
  CHECK(check_option_of_mode(Command::score, "--json").has_value());
  for (const Command command :
       {Command::compress, Command::test, Command::append, Command::repack}) {
    const Status status = check_option_of_mode(command, "--json");
    REQUIRE_FALSE(status.has_value());
    for (const OptionRow& row : option_table()) {
      if (row.id != OptionId::json || row.commands == bit(Command::files)) continue;
      for (unsigned i = 0; i < 32; ++i) {
        const std::string_view name = command_name(static_cast<Command>(1U << i));
        if ((row.commands >> i & 1) != 0)
          CHECK(status.error().message.find("czip " + std::string(name)) != std::string::npos);
      }
    }
  }
}

TEST_CASE("an unknown option is explained") {
  const auto message = [](Command command, const char* typed) {
    return Status(unknown_option(command, typed)).error().message;
  };
  CHECK(message(Command::files, "--forse") == "unknown option --forse; did you mean --force?");
  CHECK(message(Command::train, "--net") ==
        "option --net can mean several: --network-size, --network");
  CHECK(message(Command::selftest, "--minutes") ==
        "czip selftest has no option --minutes, but czip train has");
  CHECK(message(Command::selftest, "--no-such-thing") ==
        "unknown option --no-such-thing; see czip selftest --help");
  CHECK(message(Command::selftest, "-X") == "unknown option -X; see czip selftest --help");
}

TEST_CASE("help is found by command, topic and option") {
  const auto on = [](std::vector<std::string> words) { return help_on(words); };
  CHECK(*on({}) == help_text(Command::files));
  CHECK(*on({"list"}) == help_text(Command::list));
  CHECK(*on({"--man"}) == man_page(Command::files));
  CHECK(*on({"--man", "train"}) == man_page(Command::train));
  CHECK_FALSE(on({"--man", "trian"}).has_value());
  CHECK(*on({"--completion", "zsh"}) == zsh_completion());
  CHECK(*on({"--completion=bash"}) == bash_completion());
  CHECK(has(*on({"exit-status"}), "3  a defect of czip"));
  for (const char* word : {"--range", "range"}) {
    const auto page = on({word});
    REQUIRE(page.has_value());
    CHECK(has(*page, "--range START:LEN"));
    CHECK(has(*page, "In: czip, czip decompress"));
  }
  CHECK(has(*on({"-T"}), "--threads N"));
  CHECK(has(*on({"T"}), "--threads N"));
  // One of several names has the text of all.
  for (const char* word : {"-6", "6", "-1"}) CHECK(has(*on({word}), "czip help levels"));
  CHECK(has(*on({"--uncompress"}), "-d, --decompress"));
  CHECK(has(*on({"-a"}), "More: czip help append"));
  CHECK_FALSE(has(*on({"--train"}), "More:"));
  CHECK_FALSE(has(*on({"-f"}), "czip test"));
  CHECK(*on({"level"}) == *on({"levels"}));
  CHECK(has(*on({"--level"}), "-L, --level 1..5"));
  CHECK(on({"lsit"}).error().message == "no command 'lsit'; did you mean 'czip list'?");
  CHECK(on({"rnage"}).error().message == "no command 'rnage'; did you mean 'czip help range'?");
  CHECK(on({"exit-statsu"}).error().message ==
        "no command 'exit-statsu'; did you mean 'czip help exit-status'?");
  CHECK(on({"nonsense"}).error().message ==
        "no command 'nonsense'; see czip --help, or czip help levels, exit-status, environment");
  CHECK(on({"archive"}).error().message ==
        "no command 'archive'; see czip help list, append, repack");
  CHECK_FALSE(on({"--completion", "tcsh"}).has_value());
  CHECK_FALSE(on({"--completion"}).has_value());
  CHECK_FALSE(on({"list", "test"}).has_value());
}

}  // namespace czip::tool
