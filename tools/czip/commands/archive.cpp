// czip append and czip repack.
#include "archive/archive.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <vector>

#include "archive/update.hpp"
#include "cli/arguments.hpp"
#include "cli/exit_status.hpp"
#include "cli/inputs.hpp"
#include "cli/session.hpp"
#include "commands/commands.hpp"
#include "models/model_store.hpp"
#include "v2/coders.hpp"

namespace czip::tool {
namespace {

Result<ExitStatus> append(Session& session, ModelStore& models) {
  Arguments& arguments = session.arguments;
  CZIP_TRY_ASSIGN(const auto model, models.for_v2());
  const std::string archive = arguments.files.front();
  const std::vector<std::string> roots(arguments.files.begin() + 1, arguments.files.end());
  if (is_record_file(archive)) return append_records(session, model, archive, roots);
  struct stat status {};
  if (stat(archive.c_str(), &status) == 0 || errno != ENOENT)
    return update_archive(session, models, model, archive, roots);
  arguments.output = archive;
  return compress_archive(session, model, roots);
}

}  // namespace

ExitStatus run_append(Session& session) {
  const std::string archive = session.arguments.files.front();
  auto models = ModelStore::open(session.arguments);
  if (!models) return session.console.error("", models.error());
  const auto status = append(session, *models);
  return status ? *status : session.console.error(archive, status.error());
}

ExitStatus run_repack(Session& session) {
  auto models = ModelStore::open(session.arguments);
  if (!models) return session.console.error("", models.error());
  return for_each_input(session, session.arguments.files, [&](Input& input) -> Status {
    CZIP_TRY_ASSIGN(const auto model, models->for_v2());
    return repack_archive(session, *models, model, input);
  });
}

}  // namespace czip::tool
