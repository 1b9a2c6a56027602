// czip decompress and czip test: choose by the format of each input.
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "archive/archive.hpp"
#include "archive/named_members.hpp"
#include "base/errors.hpp"
#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/exit_status.hpp"
#include "cli/inputs.hpp"
#include "cli/outputs.hpp"
#include "cli/session.hpp"
#include "commands/commands.hpp"
#include "io/armoured_input.hpp"
#include "io/formats.hpp"
#include "io/input.hpp"
#include "models/model_store.hpp"
#include "v1/coders.hpp"
#include "v2/coders.hpp"

namespace czip::tool {
namespace {

Status handle_v1(const Session& session, ModelStore& models, Input& input) {
  if (session.arguments.range)
    return usage_error("is CZIPv1, which has no seek table; decompress all of it");
  CZIP_TRY_ASSIGN(const auto model, models.for_v1());
  return session.arguments.command == Command::test ? test_v1(session, *model, input)
                                                    : decompress_v1(session, *model, input);
}

Status handle_once(const Session& session, ModelStore& models, Input& input) {
  const auto format = detect_format(input);
  if (!format) input.damaged = blames_data(format.error());
  if (session.arguments.command == Command::decompress && !format) {
    // An unsuitable name or output is reported rather than the unknown format.
    CZIP_TRY(plan_output(session.arguments, input));
  }
  CZIP_TRY(format);
  if (*format != FileFormat::czip_v2_archive && !session.arguments.members.empty())
    return usage_error("is no archive, and has no members");
  if (*format != FileFormat::czip_v2 && session.arguments.record)
    return usage_error("is no file of records; decompress all of it");
  if (*format == FileFormat::czip_v1) return handle_v1(session, models, input);
  const bool archive = *format == FileFormat::czip_v2_archive;
  if (session.arguments.command == Command::test)
    return archive && selects_members(session.arguments) ? test_members(session, models, input)
                                                         : test_v2(session, models, input);
  // On a stream, and for a range, the text of an archive is its tar.
  const bool to_stream =
      session.arguments.output == "-" || (session.arguments.output.empty() && input.is_stdin());
  if (!archive || session.arguments.range) return decompress_v2(session, models, input);
  return to_stream ? write_archive_tar(session, models, input)
                   : extract_archive(session, models, input);
}

// Makes text that stands for a compressed file give that. With --base64, it must be such text, and
// may be typed.
Status take_text(const Session& session, Input& input) {
  const bool wanted = session.arguments.base64;
  if (!wanted && isatty(input.file.get()) != 0) return {};
  CZIP_TRY_ASSIGN(const auto was_text, remove_armour(input));
  if (was_text || !wanted) return {};
  return fail(ErrorCode::corrupt, "is no base64 that czip wrote; leave out --base64");
}

Status handle(const Session& session, ModelStore& models, Input& input) {
  CZIP_TRY(take_text(session, input));
  if (session.arguments.salvage) {
    if (selects_members(session.arguments))
      return usage_error(
          "--salvage gives all that is left of an archive; leave out members, --at, --include "
          "and --exclude");
    return salvage_v2(session, models, input);
  }
  Status status = handle_once(session, models, input);
  if (status) return status;
  if (!input.mended) {
    // A pipe has been read and is gone.
    if (!input.damaged || !input.is_regular()) return status;
    CZIP_TRY_ASSIGN(const auto mended, mend_input(session, input));
    if (!mended) return status;
  }
  if (session.arguments.command != Command::test)
    session.console.warning(input.label(), "is damaged; its recovery data mended it");
  return handle_once(session, models, input);
}

}  // namespace

ExitStatus run_decompress(Session& session) {
  Arguments& arguments = session.arguments;
  if (arguments.record && arguments.output.empty()) arguments.output = "-";
  ExitStatus status = ExitStatus::ok;
  const std::vector<std::string> names = expand_directories(arguments, session.console, status);
  const bool to_file = !arguments.output.empty() && arguments.output != "-";
  auto models = ModelStore::open(arguments);
  if (!models) return session.console.error("", models.error());
  const std::vector<NamedInput> inputs = inputs_and_members(session, *models, names);
  if (inputs.size() > 1 && to_file)
    return session.console.error(
        "", {ErrorCode::invalid_argument, "several inputs cannot share one output; leave out -o"});
  const ExitStatus handled = for_each_named_input(
      session, inputs, [&](Input& input) { return handle(session, *models, input); });
  models->warn_if_unused(session.console);
  return more_severe(status, handled);
}

}  // namespace czip::tool
