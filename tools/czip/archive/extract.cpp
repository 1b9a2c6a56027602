// Extracts archives. One thread decodes and another unpacks into a private folder, whose content
// moves into place after all of it was checked.
#include <string>

#include "archive/archive.hpp"
#include "archive/staged_folder.hpp"
#include "archive/tar_reader.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "cli/outputs.hpp"
#include "cli/session.hpp"
#include "cli/trailing_data.hpp"
#include "czip/codec/io/trailing_data.hpp"
#include "io/input.hpp"
#include "io/producer.hpp"
#include "io/signals.hpp"
#include "io/staged_output.hpp"
#include "models/model_store.hpp"
#include "v2/coders.hpp"

namespace czip::tool {
namespace {

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

Result<Unpacked> unpack(const Session& session, ModelStore& models, Input& input,
                        const StagedFolder& staged, TrailingData& trailing) {
  const UnpackRequest request{
      .folder = staged.fd(),
      .may_create = [&](const std::string& name) { return staged.may_create(name); },
      .may_go_on = [&]() -> Status {
        if (!InterruptWatch::arrived()) return {};
        return fail(ErrorCode::io, {});
      }};
  return run_with_producer(
      [&](ByteSink& tar) -> Status {
        const auto report = decode_v2(session, models, input, tar);
        if (report) trailing = report->trailing;
        return report ? Status{} : error_of(report);
      },
      [&](ByteSource& tar) { return unpack_tar(request, tar); });
}

}  // namespace

std::string extraction_target(const Arguments& arguments, const Input& input) {
  return arguments.output.empty() ? folder_of(input.name) : arguments.output + "/";
}

Status extract_archive(const Session& session, ModelStore& models, Input& input) {
  const Arguments& arguments = session.arguments;
  const std::string target = extraction_target(arguments, input);
  const SignalsHeld held;
  CZIP_TRY_ASSIGN(auto staged, StagedFolder::create(target, arguments.force));
  const InterruptWatch watch([&] { staged.remove(); });
  TrailingData trailing;
  CZIP_TRY_ASSIGN(const auto content, unpack(session, models, input, staged, trailing));
  CZIP_TRY(staged.publish(content, arguments.remove_input));
  if (Console::interactive() || session.console.verbose())
    for (const std::string& name : content.names)
      session.console.note(printable(input.label()) + " : " + printable(target + name));
  CZIP_TRY(check_trailing_data(session, input.label(), trailing));
  OutputPlan plan;
  plan.path = target;
  return remove_if_asked(arguments, session.console, input, plan);
}

}  // namespace czip::tool
