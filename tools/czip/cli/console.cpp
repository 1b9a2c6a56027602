#include "cli/console.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cli/text.hpp"
#include "io/file_io.hpp"

namespace czip::tool {
namespace {

std::string_view advice(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "; make room, or name another place with -o";
    case EFBIG:
      return "; raise the limit on file sizes (ulimit -f)";
    case ENOENT:
      return "; check the name";
    case EACCES:
    case EPERM:
      return "; check its permissions";
    default:
      return "";
  }
}

// One write per line, so that lines of several processes do not mix.
void say(std::string line) {
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

ExitStatus exit_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::io:
    case ErrorCode::out_of_memory:
    case ErrorCode::cancelled:
      return ExitStatus::environment;
    case ErrorCode::corrupt:
    case ErrorCode::truncated:
    case ErrorCode::unsupported:
    case ErrorCode::model_mismatch:
      return ExitStatus::data;
    case ErrorCode::internal:
      return ExitStatus::internal;
  }
  return ExitStatus::internal;
}

ExitStatus worst(ExitStatus a, ExitStatus b) { return std::max(a, b); }

Error system_error(std::string_view what, int error) {
  std::string message(what);
  message += ": ";
  message += std::generic_category().message(error);
  message += advice(error);
  return Error{ErrorCode::io, std::move(message)};
}

Error broken_pipe() { return Error{ErrorCode::io, {}}; }

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
