// czip --text: one text as base64, and back.
#include <unistd.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/session.hpp"
#include "commands/commands.hpp"
#include "messages/message_coder.hpp"

namespace czip::tool {
namespace {

// At a terminal, with a newline at its end.
Status print_text(Session& session, std::span<const std::uint8_t> bytes) {
  const std::string text(bytes.begin(), bytes.end());
  session.console.print_text(text);
  if (isatty(STDOUT_FILENO) != 0 && !text.ends_with('\n')) session.console.print("\n");
  return session.console.flush();
}

void summarize(const Session& session, std::uint64_t text_bytes, std::uint64_t file_bytes) {
  if (Console::interactive() || session.console.verbose())
    session.console.note(describe_message(text_bytes, file_bytes));
}

Status compress(Session& session, MessageCoder& coder, std::string_view text) {
  CZIP_TRY_ASSIGN(const auto file, coder.compress(text));
  session.console.print(text_of_file(file));
  CZIP_TRY(session.console.flush());
  summarize(session, text.size(), file.size());
  return {};
}

Status decompress(Session& session, MessageCoder& coder, std::string_view base64) {
  CZIP_TRY_ASSIGN(const auto file, file_of_text(base64));
  CZIP_TRY_ASSIGN(const auto text, coder.decompress(file));
  coder.warn_if_unused();
  return print_text(session, text);
}

Status code(Session& session) {
  CZIP_TRY_ASSIGN(auto coder, MessageCoder::create(session));
  const std::string& message = *session.arguments.message;
  return session.arguments.command == Command::compress ? compress(session, coder, message)
                                                        : decompress(session, coder, message);
}

}  // namespace

ExitStatus run_message(Session& session) {
  const Status coded = code(session);
  return coded ? ExitStatus::ok : session.console.error("--text", coded.error());
}

}  // namespace czip::tool
