// Where the command writes: errors, warnings and notes to stderr, reports to stdout.
#pragma once

#include <string>
#include <string_view>

#include "cli/exit_status.hpp"
#include "czip/base/error.hpp"

namespace czip::tool {

class Console {
 public:
  Console(bool quiet, bool verbose) : quiet_(quiet), verbose_(verbose) {}

  // Prints "czip: subject: message" and returns the exit status of that kind of error.
  ExitStatus error(std::string_view subject, const Error& error) const;
  // Warnings and notes are silent with -q.
  void warning(std::string_view subject, std::string_view text) const;
  void note(std::string_view text) const;
  // Prints only with -v.
  void detail(std::string_view text) const;

  [[nodiscard]] bool quiet() const { return quiet_; }
  [[nodiscard]] bool verbose() const { return verbose_; }
  // True when stderr is a terminal.
  [[nodiscard]] static bool interactive();
  // True when reports may be coloured: stdout is a terminal with colours, and NO_COLOR is not set.
  [[nodiscard]] static bool colourful();

  // Collects a report for stdout.
  void print(std::string_view text) { report_ += text; }
  // Writes the report. Errors: a full disk, a closed pipe.
  Status flush();

 private:
  bool quiet_;
  bool verbose_;
  std::string report_;
};

}  // namespace czip::tool
