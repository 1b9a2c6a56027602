#include "cli/console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "cli/exit_status.hpp"
#include "io/descriptor.hpp"
#include "io/standard_streams.hpp"

namespace czip::tool {
namespace {

// One write per line, so that lines of several processes do not mix. Where stderr takes nothing,
// nobody can be told. Takes no memory.
void write_to_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(STDERR_FILENO, text.data(), text.size());
    if (count == 0 || (count < 0 && errno != EINTR)) return;
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::size_t terminal_width() {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0;
  return known ? size.ws_col : 80;
}

// Whether a status line stands on the terminal.
std::atomic<bool> status_drawn = false;

// Lines that stay must not begin behind a status line.
void clear_status() {
  if (status_drawn.exchange(false))
    write_to_stderr("\r" + std::string(terminal_width() - 1, ' ') + "\r");
}

void say(const std::string& line) {
  clear_status();
  write_to_stderr(line + '\n');
}

// Whether stdout is a terminal with colours, and NO_COLOR is not set.
bool is_colourful() {
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == '\0') &&
         terminal != nullptr && std::string_view(terminal) != "dumb";
}

}  // namespace

ExitStatus Console::error(std::string_view subject, const Error& error) const {
  if (!error.message.empty())
    say(printable("czip: " + (subject.empty() ? "" : std::string(subject) + ": ") + error.message));
  return exit_status(error.code);
}

void Console::last_error(std::string_view line) { write_to_stderr(line); }

void Console::warning(std::string_view subject, std::string_view text) const {
  if (!quiet_) say(printable("czip: " + std::string(subject) + ": " + std::string(text)));
}

void Console::note(std::string_view text) const {
  if (!quiet_) say(printable(text));
}

void Console::detail(std::string_view text) const {
  if (verbose_ && !quiet_) say(printable_lines(text));
}

bool Console::interactive() { return isatty(STDERR_FILENO) != 0; }

std::size_t Console::width() { return terminal_width(); }

void Console::draw_status(std::string_view line) {
  std::string text = printable(line);
  if (text.empty()) return clear_status();
  text.resize(std::max(text.size(), terminal_width() - 1), ' ');
  status_drawn = true;
  write_to_stderr("\r" + text);
}

void Console::prompt(std::string_view text) {
  clear_status();
  write_to_stderr(printable(text));
}

bool Console::confirm(std::string_view question) {
  prompt("czip: " + std::string(question) + " (y/N)? ");
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

void Console::print(std::string_view text) { report_ += printable_lines(text); }

void Console::print_text(std::string_view text) {
  report_ += isatty(STDOUT_FILENO) != 0 ? printable_text(text) : std::string(text);
}

void Console::print(Colour colour, std::string_view text) {
  if (!is_colourful()) return print(text);
  report_ += colour == Colour::green    ? "\x1b[32m"
             : colour == Colour::yellow ? "\x1b[33m"
                                        : "\x1b[31m";
  print(text);
  report_ += "\x1b[0m";
}

void Console::print_json(std::string_view text) { report_ += printable_json(text); }

Status Console::flush() {
  if (report_.empty()) return {};
  const std::vector<std::uint8_t> bytes(report_.begin(), report_.end());
  report_.clear();
  CZIP_TRY_ASSIGN(auto stream, standard_output());
  CZIP_TRY(write_all(stream.get(), bytes));
  return stream.close();
}

}  // namespace czip::tool
