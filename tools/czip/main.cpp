// The czip command. cli/option_table.cpp has its options, commands/ what it does.
#include <fcntl.h>
#include <unistd.h>

#include <exception>
#include <new>

#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/session.hpp"
#include "commands/commands.hpp"
#include "czip/base/error.hpp"
#include "io/signals.hpp"

namespace {

using namespace czip::tool;

// Opens closed standard descriptors, which files opened later would become.
void open_standard_descriptors() {
  while (true) {
    const int fd = open("/dev/null", O_RDWR);
    if (fd > STDERR_FILENO) close(fd);
    if (fd < 0 || fd > STDERR_FILENO) return;
  }
}

ExitStatus run(Session& session) {
  switch (session.arguments.command) {
    case Command::decompress:
    case Command::test:
      return run_decompress(session);
    case Command::repair:
      return run_repair(session);
    case Command::list:
      return run_list(session);
    case Command::verify:
      return run_verify(session);
    case Command::selftest:
      return run_selftest(session);
    case Command::bench:
      return run_bench(session);
    case Command::train:
      return run_train(session);
    default:
      return run_compress(session);
  }
}

ExitStatus run_command_line(int argc, const char* const* argv) {
  Console plain(false, false);
  auto arguments = parse_arguments(argc, argv);
  if (!arguments) return plain.error("", arguments.error());
  if (!arguments->answer.empty()) {
    plain.print(arguments->answer);
    const auto printed = plain.flush();
    return printed ? ExitStatus::ok : plain.error("standard output", printed.error());
  }
  if (const auto chosen = choose_simd_level(*arguments); !chosen)
    return plain.error("", chosen.error());

  Session session{*arguments, Console(arguments->quiet, arguments->verbose)};
  const ExitStatus status = run(session);
  const auto printed = session.console.flush();
  return printed ? status
                 : more_severe(status, session.console.error("standard output", printed.error()));
}

}  // namespace

int main(int argc, char** argv) {
  open_standard_descriptors();
  install_signal_handlers();
  const Console console(false, false);
  // The libraries report errors by value. Exceptions mean no memory or a defect.
  try {
    return static_cast<int>(run_command_line(argc, argv));
  } catch (const std::bad_alloc&) {
    return static_cast<int>(console.error(
        "", {czip::ErrorCode::out_of_memory, "out of memory; use fewer threads (-T)"}));
  } catch (const std::exception& error) {
    return static_cast<int>(
        console.error("", {czip::ErrorCode::internal,
                           "internal error: " + std::string(error.what()) + "; please report it"}));
  }
}
