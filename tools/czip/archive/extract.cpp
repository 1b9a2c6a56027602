// Extracts archives. One thread decodes and another unpacks into a private folder, whose content
// moves into place after all of it was checked.
#include <sys/stat.h>
#include <unistd.h>

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

// As tar does: what root unpacks has the permissions of the archive; for others, those of the umask
// are taken away.
mode_t withheld_permissions() {
  if (geteuid() == 0) return 0;
  const mode_t mask = umask(0);
  umask(mask);
  return mask;
}

// "" or ending in a slash.
std::string extraction_target(const Arguments& arguments, const Input& input) {
  return arguments.output.empty() ? folder_of(input.name) : arguments.output + "/";
}

}  // namespace

Status extract_tar(const Session& session, const Input& input, const TarUnpacking& unpack) {
  const Arguments& arguments = session.arguments;
  const std::string target = extraction_target(arguments, input);
  const SignalsHeld held;
  CZIP_TRY_ASSIGN(auto staged, StagedFolder::create(target, arguments.force));
  const InterruptWatch watch([&] { staged.remove(); });
  bool complete = true;
  const UnpackRequest request{
      .folder = staged.fd(),
      .may_create = [&](const std::string& name) { return staged.may_create(name); },
      .may_go_on = [&]() -> Status {
        if (!InterruptWatch::arrived()) return {};
        return fail(ErrorCode::io, {});
      },
      .withheld = withheld_permissions(),
      .extended_attributes = arguments.extended_attributes,
      .warn =
          [&](const std::string& path, const Error& error) {
            session.console.error(target + path, error);
            complete = false;
          }};
  CZIP_TRY_ASSIGN(const auto content, unpack(request));
  CZIP_TRY(staged.publish(content));
  CZIP_TRY(staged.finish(content, arguments.remove_input));
  if (Console::interactive() || session.console.verbose())
    for (const std::string& name : content.names)
      session.console.note(printable(input.label()) + " : " + printable(target + name));
  if (!complete) return fail(ErrorCode::io, {});  // it has been said of what
  return {};
}

Status extract_archive(const Session& session, ModelStore& models, Input& input) {
  TrailingData trailing;
  CZIP_TRY(extract_tar(session, input, [&](const UnpackRequest& request) {
    return run_with_producer(
        [&](ByteSink& tar) -> Status {
          const auto report = decode_v2(session, models, input, tar);
          if (report) trailing = report->trailing;
          return report ? Status{} : error_of(report);
        },
        [&](ByteSource& tar) { return unpack_tar(request, tar); });
  }));
  CZIP_TRY(check_trailing_data(session, input.label(), trailing));
  OutputPlan plan;
  plan.path = extraction_target(session.arguments, input);
  return remove_if_asked(session.arguments, session.console, input, plan);
}

}  // namespace czip::tool
