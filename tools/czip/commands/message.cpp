// czip --text: one text as base64, and back.
#include <unistd.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/session.hpp"
#include "commands/commands.hpp"
#include "io/descriptor.hpp"
#include "io/standard_streams.hpp"
#include "messages/message_coder.hpp"

namespace czip::tool {
namespace {

// A terminal gets the text in a form that cannot steer it, and with a newline at its end;
// everything else gets the very bytes.
Status print_text(Session& session, std::span<const std::uint8_t> text) {
  if (isatty(STDOUT_FILENO) == 0) {
    CZIP_TRY_ASSIGN(auto stream, standard_output());
    CZIP_TRY(write_all(stream.get(), text));
    return stream.close();
  }
  const std::string shown(text.begin(), text.end());
  session.console.print_text(shown);
  if (!shown.ends_with('\n')) session.console.print("\n");
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
