// Where the command writes: errors, warnings and notes to stderr, reports to stdout. Everything
// that is printed goes through here and is filtered (base/text.hpp): names, models and libraries'
// errors may hold what steers a terminal. Nothing else may print; tools/ci/gate_printing.sh checks
// it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/exit_status.hpp"
#include "czip/base/error.hpp"

namespace czip::tool {

enum class Colour : std::uint8_t { green, yellow, red };

class Console {
 public:
  Console(bool quiet, bool verbose) : quiet_(quiet), verbose_(verbose) {}

  // Prints "czip: subject: message" and returns the exit status of that kind of error.
  ExitStatus error(std::string_view subject, const Error& error) const;
  // Prints a line of czip's own, whole with "czip: " and its end, without taking memory.
  static void last_error(std::string_view line);
  // Warnings and notes are silent with -q.
  void warning(std::string_view subject, std::string_view text) const;
  void note(std::string_view text) const;
  // Prints only with -v and without -q.
  void detail(std::string_view text) const;

  [[nodiscard]] bool quiet() const { return quiet_; }
  [[nodiscard]] bool verbose() const { return verbose_; }
  // True when stderr is a terminal.
  [[nodiscard]] static bool interactive();
  // Columns of the terminal.
  [[nodiscard]] static std::size_t width();
  // Draws a line that the next one replaces, of any kind. An empty one clears it.
  static void draw_status(std::string_view line);
  // Writes to stderr without ending the line.
  static void prompt(std::string_view text);
  // Asks on stderr and reads the answer from stdin.
  [[nodiscard]] static bool confirm(std::string_view question);

  // Collects a report for stdout.
  void print(std::string_view text);
  // The same for a text that was decompressed: a terminal gets it with its tabs, but in a form that
  // cannot steer it; everything else gets the very bytes.
  void print_text(std::string_view text);
  // Colours the text if stdout is a terminal with colours, and NO_COLOR is not set.
  void print(Colour colour, std::string_view text);
  // Collects JSON, which must be UTF-8 and is given in whole strings.
  void print_json(std::string_view text);
  // Writes the report. Errors: a full disk, a closed pipe.
  Status flush();

 private:
  bool quiet_;
  bool verbose_;
  std::string report_;
};

}  // namespace czip::tool
