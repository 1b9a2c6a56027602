// The czip command. cli/option_table.cpp has its options, commands/ what it does.
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/memory_reserve.hpp"
#include "cli/session.hpp"
#include "commands/commands.hpp"
#include "czip/base/error.hpp"
#include "io/input_registry.hpp"
#include "io/mapping_faults.hpp"
#include "io/signals.hpp"
#include "io/standard_streams.hpp"
#include "models/model_file.hpp"

namespace {

using namespace czip::tool;

ExitStatus run(Session& session) {
  if (session.arguments.interactive) return run_interactive(session);
  if (session.arguments.message) return run_message(session);
  switch (session.arguments.command) {
    case Command::decompress:
    case Command::test:
      return run_decompress(session);
    case Command::append:
      return run_append(session);
    case Command::repack:
      return run_repack(session);
    case Command::repair:
      return run_repair(session);
    case Command::inspect:
      return run_inspect(session);
    case Command::score:
      return run_score(session);
    case Command::compare:
      return run_compare(session);
    case Command::classify:
      return run_classify(session);
    case Command::list:
      return run_list(session);
    case Command::verify:
      return run_verify(session);
    case Command::model:
      return run_model(session);
    case Command::selftest:
      return run_selftest(session);
    case Command::bench:
      return run_bench(session);
    case Command::train:
      return run_train(session);
    case Command::import_model:
      return run_import(session);
    default:
      return run_compress(session);
  }
}

bool takes_members(Command command) {
  return command == Command::decompress || command == Command::test || command == Command::list;
}

// Registers what the command will read, before it writes anything.
void register_inputs(const Arguments& arguments) {
  // Some names may be members of an archive, which the command itself finds out.
  if (!takes_members(arguments.command))
    for (const std::string& name : arguments.files) register_input(name, InputRole::text);
  for (const std::string& name : {arguments.tokenizer, arguments.network, arguments.against,
                                  arguments.text, arguments.files_from, arguments.newer})
    register_input(name, InputRole::helper);
  std::vector<std::string> models = arguments.models;
  models.insert(models.end(), {arguments.against_model, arguments.from});
  for (const std::string& name : models)
    if (const auto path = find_model_file(name); path && !name.empty() && !names_built_in(name))
      register_input(*path, InputRole::helper);
}

// A mapped file cannot be read any more: io/mapping_faults.hpp.
void end_on_fault(const char* line) {
  Console::last_error(line != nullptr
                          ? line
                          : "czip: a file became shorter while it was read, or its disk fails\n");
  end_without_outputs(static_cast<int>(ExitStatus::environment));
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

  register_inputs(*arguments);
  Session session{*arguments, Console(arguments->quiet, arguments->verbose)};
  const ExitStatus status = run(session);
  const auto printed = session.console.flush();
  return printed ? status
                 : more_severe(status, session.console.error("standard output", printed.error()));
}

}  // namespace

int main(int argc, char** argv) {
  fill_standard_descriptors();
  install_memory_reserve();
  install_signal_handlers();
  install_mapping_fault_handler(end_on_fault);
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
