// czip compress: chooses the format and how inputs share outputs.
#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "archive/archive.hpp"
#include "cli/arguments.hpp"
#include "cli/exit_status.hpp"
#include "cli/inputs.hpp"
#include "cli/session.hpp"
#include "commands/commands.hpp"
#include "io/input.hpp"
#include "models/model_store.hpp"
#include "v1/coders.hpp"
#include "v2/coders.hpp"

namespace czip::tool {
namespace {

ExitStatus usage(const Session& session, std::string message) {
  return session.console.error("", {ErrorCode::invalid_argument, std::move(message)});
}

ExitStatus compress_all_v1(Session& session, const v1::Model& model) {
  ExitStatus status = ExitStatus::ok;
  const auto names = expand_directories(session.arguments, session.console, status);
  // Two CZIPv1 files in a row are not a CZIPv1 file, so one output cannot take several inputs.
  if (names.size() > 1 && !session.arguments.output.empty())
    return usage(session,
                 "several inputs cannot share one output; leave out -o and -c, or join them first");
  const ExitStatus handled = for_each_input(
      session, names, [&](Input& input) { return compress_v1(session, model, input); });
  return more_severe(status, handled);
}

// The files that are newer than their compressed files, or have none.
std::vector<std::string> outdated(const std::vector<std::string>& names) {
  std::vector<std::string> files;
  for (const std::string& name : names) {
    struct stat text {};
    struct stat compressed {};
    const bool up_to_date = stat(name.c_str(), &text) == 0 &&
                            stat((name + std::string(kSuffix)).c_str(), &compressed) == 0 &&
                            std::pair(compressed.st_mtim.tv_sec, compressed.st_mtim.tv_nsec) >=
                                std::pair(text.st_mtim.tv_sec, text.st_mtim.tv_nsec);
    if (!up_to_date) files.push_back(name);
  }
  return files;
}

bool is_directory(const std::string& name) {
  struct stat status {};
  return name != "-" && stat(name.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

ExitStatus archive(const Session& session, const v2::Model& model,
                   const std::vector<std::string>& roots) {
  const auto status = compress_archive(session, model, roots);
  return status ? *status
                : session.console.error(roots.empty() ? session.arguments.output : roots.front(),
                                        status.error());
}

ExitStatus compress_all_v2(Session& session, const v2::Model& model) {
  const Arguments& arguments = session.arguments;
  const bool one_output = !arguments.output.empty();
  if (arguments.recursive) {
    // With one output, all inputs share an archive; else each directory becomes one.
    const bool any = std::ranges::any_of(arguments.files, is_directory);
    if (!arguments.files_from.empty() || (one_output && (any || arguments.files.size() > 1)))
      return archive(session, model, arguments.files);
    ExitStatus status = ExitStatus::ok;
    std::vector<std::string> rest;
    for (const std::string& name : arguments.files)
      if (is_directory(name))
        status = more_severe(status, archive(session, model, {name}));
      else
        rest.push_back(name);
    return more_severe(status, for_each_input(session, rest, [&](Input& input) {
                         return compress_v2(session, model, input);
                       }));
  }
  // On a stream, the compressed files follow each other, and decode to the inputs in a row.
  if (arguments.files.size() > 1 && one_output && arguments.output != "-")
    return usage(session, "several inputs share one output only as an archive; use -r, or -c");
  return for_each_input(session, arguments.files,
                        [&](Input& input) { return compress_v2(session, model, input); });
}

}  // namespace

ExitStatus run_compress(Session& session) {
  auto models = ModelStore::open(session.arguments);
  if (!models) return session.console.error("", models.error());
  const auto format = models->format_to_write(session.arguments);
  if (!format) return session.console.error("", format.error());
  if (session.arguments.update) {
    // What is older is replaced.
    session.arguments.files = outdated(session.arguments.files);
  }
  if (*format == 1) {
    if (session.arguments.block_bytes != 0 || session.arguments.recovery != 0)
      return usage(session,
                   "--block-size and --recovery belong to format 2; leave them out, or name "
                   "another -m");
    const auto model = models->for_v1();
    if (!model) return session.console.error("", model.error());
    return compress_all_v1(session, **model);
  }
  const auto model = models->for_v2();
  if (!model) return session.console.error("", model.error());
  return compress_all_v2(session, *model);
}

}  // namespace czip::tool
