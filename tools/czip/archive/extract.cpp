// Extracts archives. One thread decodes and another unpacks into a private folder, whose content
// moves into place after all of it was checked.
#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <utility>

#include "archive/archive.hpp"
#include "archive/member_stream.hpp"
#include "archive/name_list.hpp"
#include "archive/open_archive.hpp"
#include "archive/staged_folder.hpp"
#include "archive/tar_reader.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "cli/outputs.hpp"
#include "cli/progress.hpp"
#include "cli/session.hpp"
#include "cli/trailing_data.hpp"
#include "czip/codec/io/trailing_data.hpp"
#include "io/input.hpp"
#include "io/limited_sink.hpp"
#include "io/producer.hpp"
#include "io/signals.hpp"
#include "io/staged_output.hpp"
#include "io/streams.hpp"
#include "models/model_store.hpp"
#include "v2/coders.hpp"
#include "v2/options.hpp"

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

bool names_members(const Arguments& arguments) {
  return !arguments.members.empty() || !arguments.files_from.empty() ||
         !arguments.names.include.empty();
}

// Members that are named come to what is there; all of an archive is not mixed with it.
Existing existing_at_target(const Arguments& arguments) {
  if (arguments.force) return Existing::replaced;
  return names_members(arguments) ? Existing::kept : Existing::refused;
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
  CZIP_TRY_ASSIGN(auto staged, StagedFolder::create(target, existing_at_target(arguments)));
  const InterruptWatch watch([&] { staged.remove(); });
  bool complete = true;
  const UnpackRequest request{
      .folder = staged.fd(),
      .may_create = [&](const std::string& path,
                        bool is_folder) { return staged.may_create(path, is_folder); },
      .may_go_on = [&]() -> Status {
        if (!InterruptWatch::arrived()) return {};
        return fail(ErrorCode::io, {});
      },
      .max_output = arguments.max_output,
      .withheld = withheld_permissions(),
      .extended_attributes = arguments.extended_attributes,
      .owners = arguments.owners,
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

namespace {

// Unpacks the tar that `produce` writes.
Status extract_from(const Session& session, const Input& input,
                    const std::function<Status(ByteSink& tar)>& produce) {
  return extract_tar(session, input, [&](const UnpackRequest& request) {
    return run_with_producer(produce, [&](ByteSource& tar) { return unpack_tar(request, tar); });
  });
}

// All of an archive of one version: its tar is unpacked as it comes.
Status extract_all(const Session& session, ModelStore& models, Input& input) {
  TrailingData trailing;
  CZIP_TRY(extract_from(session, input, [&](ByteSink& tar) -> Status {
    const auto report = decode_v2(session, models, input, tar);
    if (report) trailing = report->trailing;
    return report ? Status{} : error_of(report);
  }));
  return check_trailing_data(session, input.label(), trailing);
}

// Whether its tar, as it is, is what the command wants of an archive.
Result<bool> wants_plain_tar(const Session& session, Input& input) {
  if (selects_members(session.arguments)) return false;
  CZIP_TRY(make_seekable(input));
  FileRandomAccess file(input.file.get());
  const auto info = v2::inspect(file);
  // Decoding reports what is wrong.
  return !info || info->frames == 1;
}

Status with_input_blamed(Input& input, const Status& status) {
  if (status) return {};
  input.damaged = blames_data(status.error());
  return Failure(advise(status.error()));
}

}  // namespace

bool selects_members(const Arguments& arguments) {
  return names_members(arguments) || arguments.at != 0 || !arguments.names.exclude.empty();
}

namespace {

bool wants_whole_entries(const Arguments& arguments) {
  return arguments.extended_attributes || arguments.owners != OwnerMode::none;
}

}  // namespace

Status write_selected(const Session& session, ModelStore& models, Input& input, ByteSink& out,
                      bool end_mark) {
  CZIP_TRY_ASSIGN(const auto view, open_any_archive(session, models, input));
  CZIP_TRY_ASSIGN(const auto state, wanted_state(session, view));
  CZIP_TRY_ASSIGN(auto patterns, listed_names(session.arguments));
  patterns.insert(patterns.end(), session.arguments.members.begin(),
                  session.arguments.members.end());
  CZIP_TRY_ASSIGN(auto members, select_members(session, state, patterns));
  FileRandomAccess file(input.file.get());
  const v2::ModelFinder finder = models.finder();
  LimitedSink limited(out, session.arguments.max_output, "--max-output");
  ProgressBar progress(std::string(input.label()), 0, session.wants_progress());
  MemberStreamRequest request{.models = &finder,
                              .archive = &file,
                              .members = std::move(members),
                              .options = decode_options_v2(session),
                              .end_mark = end_mark,
                              .whole_entries = wants_whole_entries(session.arguments),
                              .expect = [&](std::uint64_t bytes) { progress.expect(bytes); }};
  request.options.progress = progress.follow();
  const auto written = write_members(request, limited);
  if (view.garbage)
    session.console.warning(input.label(), "has garbage from byte " + std::to_string(view.end) +
                                               " on, which was ignored");
  return with_input_blamed(input, written ? Status{} : error_of(written));
}

Status extract_archive(const Session& session, ModelStore& models, Input& input) {
  CZIP_TRY_ASSIGN(const auto plain, wants_plain_tar(session, input));
  if (!plain && session.arguments.remove_input)
    return usage_error(
        "--rm would remove members and versions that are not extracted; leave it out");
  CZIP_TRY(plain ? extract_all(session, models, input)
                 : extract_from(session, input, [&](ByteSink& tar) {
                     return write_selected(session, models, input, tar, false);
                   }));
  OutputPlan plan;
  plan.path = extraction_target(session.arguments, input);
  return remove_if_asked(session.arguments, session.console, input, plan);
}

Status write_archive_tar(const Session& session, ModelStore& models, Input& input) {
  CZIP_TRY_ASSIGN(const auto plain, wants_plain_tar(session, input));
  if (plain) return decompress_v2(session, models, input);
  CZIP_TRY_ASSIGN(const auto plan, plan_output(session.arguments, input));
  CZIP_TRY_ASSIGN(auto stream, open_stream(plan));
  StreamSink sink(stream.get(), std::string(plan.label()));
  CZIP_TRY(write_selected(session, models, input, sink, true));
  return stream.close();
}

Status test_members(const Session& session, ModelStore& models, Input& input) {
  NullSink sink;
  return write_selected(session, models, input, sink, false);
}

}  // namespace czip::tool
