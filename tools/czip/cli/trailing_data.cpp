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
  if (trailing.recovery_damaged) {
    const std::string text = "the text is whole, but its recovery data are damaged";
    if (session.arguments.command == Command::test) return fail(ErrorCode::corrupt, text);
    session.console.warning(label, text);
  }
  if (!trailing.garbage_offset) return {};
  return fail(ErrorCode::corrupt, "the text is whole, but from byte " +
                                      std::to_string(*trailing.garbage_offset) +
                                      " on there is garbage, which was ignored");
}

}  // namespace czip::tool
