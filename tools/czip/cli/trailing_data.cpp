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
  if (trailing.hidden_offset)
    session.console.warning(label, "an interrupted czip -a left data from byte " +
                                       std::to_string(*trailing.hidden_offset) +
                                       " on, which were ignored; the next czip -a removes them");
  if (trailing.garbage_offset) {
    const std::string begin = "byte " + std::to_string(*trailing.garbage_offset);
    const char* const damaged = trailing.recovery_damaged     ? "recovery data begin"
                                : trailing.attachment_damaged ? "attachments begin"
                                                              : nullptr;
    return fail(ErrorCode::corrupt,
                damaged != nullptr ? "the text before " + begin + " is whole, but damaged " +
                                         damaged + " there, and nothing tells what follows them"
                                   : "the text is whole, but from " + begin +
                                         " on there is garbage, which was ignored");
  }
  if (!trailing.recovery_damaged && !trailing.attachment_damaged) return {};
  const std::string text =
      std::string("the text is whole, but its ") +
      (trailing.recovery_damaged ? "recovery data are damaged" : "index is damaged");
  if (session.arguments.command == Command::test)
    return fail(ErrorCode::corrupt,
                text + (trailing.recovery_damaged ? "; czip repair mends them"
                                                  : "; czip --repack writes a new one"));
  session.console.warning(label, text);
  return {};
}

}  // namespace czip::tool
