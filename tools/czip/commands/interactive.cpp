// czip -i: each line that is typed or pasted is compressed to base64, or decompressed if it is
// base64 that czip wrote.
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "armour/armour.hpp"
#include "base/text.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/session.hpp"
#include "cli/suggestions.hpp"
#include "commands/commands.hpp"
#include "io/descriptor.hpp"
#include "io/line_reader.hpp"
#include "io/standard_streams.hpp"
#include "messages/message_coder.hpp"

namespace czip::tool {
namespace {

constexpr std::string_view kPrompt = "czip> ";
// Of a text in a warning, the first bytes.
constexpr std::size_t kShownOfText = 40;

// Whether a line is the first one of an armour, at most two of its characters damaged or missing.
bool begins_armour(std::string_view line) {
  constexpr std::size_t kMaxDamage = 2;
  line = without_quoting(line);
  return line.size() <= kArmourBegin.size() + kMaxDamage &&
         edit_distance(line, kArmourBegin) <= kMaxDamage;
}

struct Message {
  std::string text;
  bool is_armour = false;  // perhaps a damaged one
};

class Conversation {
 public:
  Conversation(Session& session, MessageCoder& coder, int input)
      : session_(&session),
        coder_(&coder),
        lines_(input, kMaxMessageBytes),
        at_terminal_(isatty(input) != 0 && Console::interactive()) {}

  ExitStatus run() {
    if (at_terminal_) greet();
    ExitStatus status = ExitStatus::ok;
    for (;;) {
      if (at_terminal_ && !session_->console.quiet()) Console::prompt(kPrompt);
      const auto message = next_message();
      if (message && !*message) break;
      const Status answered = message ? answer(**message) : error_of(message);
      if (answered) continue;
      status = more_severe(status, session_->console.error("", answered.error()));
      // Only a line that is too long can be skipped.
      if (!message && message.error().code != ErrorCode::over_limit) return status;
      if (is_output_gone_) return status;
    }
    // Where Ctrl-D left the cursor behind the prompt.
    if (at_terminal_) session_->console.note("");
    return at_terminal_ ? ExitStatus::ok : status;
  }

 private:
  void greet() {
    const std::string model = coder_->model_name();
    session_->console.note(
        "Type a text to get it as base64, or paste such base64 to get the text back; Ctrl-D ends." +
        (model.empty() ? "" : " Model: " + model + "."));
  }

  // A line, or all lines of an armour; nullopt: the end.
  Result<std::optional<Message>> next_message() {
    CZIP_TRY_ASSIGN(auto message, lines_.next());
    if (!message) return std::nullopt;
    if (!begins_armour(*message)) return Message{std::move(*message)};
    std::string_view last;
    while (last != kArmourEnd) {
      CZIP_TRY_ASSIGN(const auto line, lines_.next());
      if (!line) break;
      if (message->size() + line->size() > kMaxMessageBytes)
        return fail(ErrorCode::over_limit, "the armour has more than the " +
                                               grouped(kMaxMessageBytes) +
                                               " bytes of a message; decompress it as a file");
      *message += '\n' + *line;
      last = without_quoting(std::string_view(*message).substr(message->size() - line->size()));
    }
    return Message{std::move(*message), true};
  }

  Status answer(const Message& message) {
    const std::string& text = message.text;
    if (without_quoting(text).empty()) return {};
    // A blank in front makes a text of what looks like base64.
    if (text[0] == ' ') return compress(text);
    if (message.is_armour || is_text_of_file(text)) return decompress(text);
    if (resembles_text_of_file(text))
      session_->console.warning(text.substr(0, kShownOfText),
                                "was compressed as a text; if it is a message, it is damaged");
    return compress(text);
  }

  Status compress(const std::string& text) {
    CZIP_TRY_ASSIGN(const auto file, coder_->compress(text));
    session_->console.print(text_of_file(file));
    return finish(text.size(), file.size());
  }

  Status decompress(const std::string& base64) {
    CZIP_TRY_ASSIGN(const auto file, file_of_text(base64));
    CZIP_TRY_ASSIGN(const auto text, coder_->decompress(file));
    session_->console.print_text(std::string(text.begin(), text.end()));
    if (text.empty() || text.back() != '\n') session_->console.print("\n");
    return finish(text.size(), file.size());
  }

  Status finish(std::uint64_t text_bytes, std::uint64_t file_bytes) {
    const Status printed = session_->console.flush();
    is_output_gone_ = !printed;
    CZIP_TRY(printed);
    if (at_terminal_ || session_->console.verbose())
      session_->console.note("  " + describe_message(text_bytes, file_bytes));
    return {};
  }

  Session* session_;
  MessageCoder* coder_;
  LineReader lines_;
  bool at_terminal_;
  bool is_output_gone_ = false;
};

}  // namespace

ExitStatus run_interactive(Session& session) {
  auto coder = MessageCoder::create(session);
  if (!coder) return session.console.error("", coder.error());
  const auto input = standard_input();
  if (!input) return session.console.error("standard input", input.error());
  return Conversation(session, *coder, input->get()).run();
}

}  // namespace czip::tool
