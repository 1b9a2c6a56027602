// What the command says: errors, warnings and notes on stderr, reports on stdout, and the exit
// status.
#pragma once

#include <string>
#include <string_view>

#include "czip/base/error.hpp"

namespace czip::tool {

enum class ExitStatus : int {
  ok = 0,
  environment = 1,  // usage, missing files, full disks
  data = 2,         // damaged data, or not made with this model
  internal = 3,     // a defect of czip
};

[[nodiscard]] ExitStatus exit_status(ErrorCode code);
[[nodiscard]] ExitStatus worst(ExitStatus a, ExitStatus b);

// An error of the operating system: "`what`: reason; what to do", from errno.
[[nodiscard]] Error system_error(std::string_view what, int error);

// The reader of standard output has gone, which needs no message.
[[nodiscard]] Error broken_pipe();

class Console {
 public:
  Console(bool quiet, bool verbose) : quiet_(quiet), verbose_(verbose) {}

  // "czip: subject: message". Returns the exit status that the error asks for.
  ExitStatus error(std::string_view subject, const Error& error) const;
  // Silent with -q.
  void warning(std::string_view subject, std::string_view text) const;
  void note(std::string_view text) const;
  // Only with -v.
  void detail(std::string_view text) const;

  [[nodiscard]] bool quiet() const { return quiet_; }
  [[nodiscard]] bool verbose() const { return verbose_; }
  // True when someone watches stderr.
  [[nodiscard]] static bool interactive();
  // True when reports may be coloured: stdout is a terminal that can, and NO_COLOR is not set.
  [[nodiscard]] static bool colourful();

  // Collects a report for stdout.
  void print(std::string_view text) { report_ += text; }
  // Writes the report out; full disks and closed pipes show here.
  Status flush();

 private:
  bool quiet_;
  bool verbose_;
  std::string report_;
};

}  // namespace czip::tool
