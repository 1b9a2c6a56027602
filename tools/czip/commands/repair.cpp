// czip repair: mends files by their recovery data.
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/exit_status.hpp"
#include "cli/inputs.hpp"
#include "cli/session.hpp"
#include "commands/commands.hpp"
#include "io/input.hpp"
#include "v2/coders.hpp"

namespace czip::tool {

ExitStatus run_repair(Session& session) {
  const Arguments& arguments = session.arguments;
  ExitStatus status = ExitStatus::ok;
  const std::vector<std::string> names = expand_directories(arguments, session.console, status);
  if (names.size() > 1 && !arguments.output.empty())
    return session.console.error(
        "", {ErrorCode::invalid_argument, "several inputs cannot share one output; leave out -o"});
  return more_severe(status, for_each_input(session, names, [&](Input& input) {
                       return repair_v2(session, input);
                     }));
}

}  // namespace czip::tool
