#include "cli/console.hpp"

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "cli/exit_status.hpp"
#include "io/descriptor.hpp"

namespace czip::tool {
namespace {

// One write per line, so that lines of several processes do not mix.
void say(std::string line) {
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

ExitStatus Console::error(std::string_view subject, const Error& error) const {
  if (!error.message.empty())
    say("czip: " + (subject.empty() ? "" : printable(subject) + ": ") + error.message);
  return exit_status(error.code);
}

void Console::warning(std::string_view subject, std::string_view text) const {
  if (!quiet_) say("czip: " + printable(subject) + ": " + std::string(text));
}

void Console::note(std::string_view text) const {
  if (!quiet_) say(std::string(text));
}

void Console::detail(std::string_view text) const {
  if (verbose_) say(std::string(text));
}

bool Console::interactive() { return isatty(STDERR_FILENO) != 0; }

bool Console::colourful() {
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == '\0') &&
         terminal != nullptr && std::string_view(terminal) != "dumb";
}

Status Console::flush() {
  const std::vector<std::uint8_t> bytes(report_.begin(), report_.end());
  report_.clear();
  return write_all(STDOUT_FILENO, bytes);
}

}  // namespace czip::tool
