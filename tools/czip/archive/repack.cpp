// Writes an archive anew: one version, without what earlier ones had.
#include <sys/file.h>

#include <cerrno>
#include <string>
#include <utility>

#include "archive/archive.hpp"
#include "archive/encode.hpp"
#include "archive/member_stream.hpp"
#include "archive/open_archive.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/outputs.hpp"
#include "io/file_identity.hpp"
#include "io/input.hpp"
#include "io/staged_output.hpp"
#include "io/streams.hpp"
#include "v2/coders.hpp"
#include "v2/options.hpp"

namespace czip::tool {

namespace {

// Without -o, the archive itself is replaced, if -f allows it.
Result<OutputPlan> plan_repacked(const Arguments& arguments, const Input& input) {
  if (!arguments.output.empty()) return plan_output(arguments, input);
  if (!arguments.force || input.is_stdin())
    return usage_error(
        "repacking drops the earlier versions; name another file with -o, or use -f to replace it");
  OutputPlan plan;
  plan.path = without_links(input.name);
  plan.replace = true;
  plan.own_input = identity_of(input.status);
  return plan;
}

}  // namespace

Status repack_archive(const Session& session, ModelStore& models, const v2::Model& model,
                      Input& input) {
  CZIP_TRY_ASSIGN(const auto plan, plan_repacked(session.arguments, input));
  // An update that ends meanwhile would be lost. The lock is held until the input is closed.
  if (flock(input.file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return fail(ErrorCode::io, "is being updated by another czip; wait for it to end");
  CZIP_TRY_ASSIGN(const auto view, open_any_archive(session, models, input));
  CZIP_TRY_ASSIGN(const auto state, wanted_state(session, view));
  CZIP_TRY_ASSIGN(auto members, select_members(session, state, {}));
  FileRandomAccess file(input.file.get());
  const v2::ModelFinder finder = models.finder();
  MemberStreamRequest request{.models = &finder,
                              .archive = &file,
                              .members = std::move(members),
                              .options = decode_options_v2(session),
                              .whole_entries = true};
  CZIP_TRY_ASSIGN(auto output, StagedOutput::create(plan));
  FileSink sink(output.fd(), output.label());
  const auto produce = [&](ByteSink& tar, const ExpectTar& expect) -> Result<PackReport> {
    request.expect = expect;
    CZIP_TRY_ASSIGN(auto written, write_members(request, tar));
    return PackReport{.members = std::move(written)};
  };
  CZIP_TRY_ASSIGN(const auto version,
                  encode_version(session, model, produce, std::string(input.label()), sink,
                                 archive_options(session, model)));
  return publish_v2(session, model, input, plan, output, sink, version.coding);
}

}  // namespace czip::tool
