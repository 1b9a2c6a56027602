// Compresses directories. One thread packs them into a tar stream, the others compress that.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "archive/archive.hpp"
#include "archive/encode.hpp"
#include "archive/packer.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/exit_status.hpp"
#include "cli/outputs.hpp"
#include "cli/session.hpp"
#include "io/file_identity.hpp"
#include "io/input.hpp"
#include "io/staged_output.hpp"
#include "io/streams.hpp"
#include "v2/coders.hpp"

namespace czip::tool {
namespace {

// "docs" for "docs/": the output is named after it.
std::string without_slashes(std::string name) {
  while (name.size() > 1 && name.ends_with('/')) name.pop_back();
  return name;
}

Status check_name(const Arguments& arguments, const std::string& name) {
  const std::string last = name.substr(name.rfind('/') + 1);
  if (!arguments.output.empty() || (last != "." && last != ".." && !last.empty())) return {};
  return usage_error("does not name the output; name it with -o FILE");
}

// Leaves a file out of the archive.
Status leave_out(int fd, PackRequest& request) {
  struct stat status {};
  if (fstat(fd, &status) != 0)
    return fail(ErrorCode::io, "cannot tell its output from its content");
  request.walk.skipped.push_back(identity_of(status));
  return {};
}

bool lies_in(const std::string& path, const std::string& folder) {
  std::error_code error;
  const std::string inner = std::filesystem::canonical(path, error);
  const std::string outer = std::filesystem::canonical(folder, error);
  return !error && inner.starts_with(outer == "/" ? outer : outer + "/");
}

// An earlier archive that this one replaces is left out, if it is among what is archived. Any other
// file there is an input.
Status check_replaced(const OutputPlan& plan, PackRequest& request) {
  const auto around = [&](const std::string& root) { return lies_in(plan.path, root); };
  const bool inside = std::ranges::any_of(request.walk.roots, around) ||
                      std::ranges::any_of(request.walk.listed, around);
  if (!plan.replace || !inside) return {};
  auto replaced = open_input(plan.path, {.follow_links = true, .role = std::nullopt});
  CZIP_TRY(replaced);
  CZIP_TRY_ASSIGN(const auto start, peek(*replaced, v2::kMaxStartBytes));
  if (!v2::has_magic(start))
    return usage_error(printable(plan.path) + " is both input and output; name another output");
  return leave_out(replaced->file.get(), request);
}

}  // namespace

Result<ExitStatus> compress_archive(const Session& session, const v2::Model& model,
                                    const std::vector<std::string>& roots) {
  const Arguments& arguments = session.arguments;
  if (arguments.remove_input) return usage_error("--rm removes no directories; leave it out");
  Input input;  // stands for all of them
  input.name = without_slashes(roots.empty() ? arguments.output : roots.front());
  if (input.name.empty())
    return usage_error("--files-from does not name the output; name it with -o FILE");
  CZIP_TRY(check_name(arguments, input.name));
  CZIP_TRY_ASSIGN(const auto plan, plan_output(arguments, input));

  ExitStatus status = ExitStatus::ok;
  CZIP_TRY_ASSIGN(auto request, pack_request(session, roots, status));
  v2::EncodeOptions options = archive_options(session, model);
  if (plan.is_stream && !plan.armoured && arguments.recovery == 0) {
    CZIP_TRY_ASSIGN(auto stream, open_stream(plan));
    // Standard output may be a file in what is archived.
    CZIP_TRY(leave_out(stream.get(), request));
    StreamSink sink(stream.get(), std::string(plan.label()));
    options.verify = arguments.verify;
    CZIP_TRY_ASSIGN(const auto report,
                    encode_packed(session, model, request, input.name, sink, options));
    CZIP_TRY(stream.close());
    summarize_v2(session, input, plan, report.coding);
    return status;
  }
  CZIP_TRY(check_replaced(plan, request));
  auto output = StagedOutput::create(plan);
  CZIP_TRY(output);
  CZIP_TRY(leave_out(output->fd(), request));
  FileSink sink(output->fd(), output->label());
  CZIP_TRY_ASSIGN(const auto report,
                  encode_packed(session, model, request, input.name, sink, options));
  CZIP_TRY(publish_v2(session, model, input, plan, *output, sink, report.coding));
  return status;
}

}  // namespace czip::tool
