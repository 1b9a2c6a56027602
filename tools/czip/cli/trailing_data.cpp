#include "cli/trailing_data.hpp"

#include <string>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/session.hpp"

namespace czip::tool {

Status check_trailing_data(const Session& session, std::string_view label,
                           const TrailingData& trailing) {
  if (trailing.padding_bytes != 0)
    session.console.detail(printable(label) + " : " + grouped(trailing.padding_bytes) +
                           " zeros around the compressed data, ignored");
  if (trailing.garbage_offset) {
    const std::string begin = "byte " + std::to_string(*trailing.garbage_offset);
    return fail(
        ErrorCode::corrupt,
        trailing.recovery_damaged
            ? "the text before " + begin +
                  " is whole, but damaged recovery data begin there, and nothing tells "
                  "what follows them"
            : "the text is whole, but from " + begin + " on there is garbage, which was ignored");
  }
  if (!trailing.recovery_damaged) return {};
  const std::string text = "the text is whole, but its recovery data are damaged";
  if (session.arguments.command == Command::test)
    return fail(ErrorCode::corrupt, text + "; czip repair mends them");
  session.console.warning(label, text);
  return {};
}

}  // namespace czip::tool
