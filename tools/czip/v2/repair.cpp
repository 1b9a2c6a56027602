// Mends CZIPv2 files by their recovery data.
#include <cstdint>
#include <string>
#include <utility>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/outputs.hpp"
#include "cli/progress.hpp"
#include "cli/session.hpp"
#include "czip/codec/v2/recovery.hpp"
#include "io/armoured_input.hpp"
#include "io/descriptor.hpp"
#include "io/input.hpp"
#include "io/limited_store.hpp"
#include "io/staged_output.hpp"
#include "io/streams.hpp"
#include "v2/coders.hpp"

namespace czip::tool {
namespace {

Result<v2::MendReport> mend(const Session& session, const Input& input, RandomAccessFile& out) {
  FileRandomAccess file(input.file.get());
  CZIP_TRY_ASSIGN(const auto bytes, file.size());
  ProgressBar progress(std::string(input.label()) + " (mending)", bytes, session.wants_progress());
  auto report =
      v2::mend(file, out, {.memory_limit = session.memory_limit(), .progress = progress.follow()});
  if (!report) return Failure(advise(report.error()));
  return report;
}

}  // namespace

Result<bool> mend_input(const Session& session, Input& input, bool partly) {
  CZIP_TRY_ASSIGN(auto copy, anonymous_file());
  FileStore mended(copy.file.get(), copy.label);
  CZIP_TRY_ASSIGN(const auto report, mend(session, input, mended));
  if (report.records == 0) return false;
  const bool whole = report.unmended_bytes == 0;
  if (!whole)
    session.console.warning(input.label(),
                            "its recovery data mend only " +
                                grouped(report.damaged_bytes - report.unmended_bytes) + " of " +
                                grouped(report.damaged_bytes) + " damaged bytes; see --salvage");
  if (!report.changed || (!whole && !partly)) return false;
  input.file = std::move(copy.file);
  input.announced.reset();
  input.mended = true;
  input.damaged = false;
  CZIP_TRY(FileSource(input.file.get()).rewind());
  return true;
}

Status repair_v2(const Session& session, Input& input) {
  CZIP_TRY(remove_armour(input));
  CZIP_TRY(make_seekable(input));
  CZIP_TRY_ASSIGN(const auto plan, plan_output(session.arguments, input));
  CZIP_TRY_ASSIGN(auto output, StagedOutput::create(plan));
  FileStore file(output.fd(), output.label());
  LimitedStore mended(file, session.arguments.max_output, "--max-output");
  CZIP_TRY_ASSIGN(const auto report, mend(session, input, mended));
  if (report.records == 0)
    return fail(ErrorCode::corrupt,
                "has no recovery data that could be found; try czip -d --salvage");
  if (report.unmended_bytes != 0)
    return fail(ErrorCode::corrupt,
                "has too much damage for its recovery data: " + grouped(report.unmended_bytes) +
                    " bytes cannot be mended; try czip -d --salvage");
  if (!report.changed && session.arguments.output.empty() && !input.is_stdin()) {
    session.console.note(printable(input.label()) + " : whole, nothing to mend");
    return {};
  }
  CZIP_TRY(output.publish(input));
  session.console.note(printable(input.label()) + " : " + grouped(report.damaged_bytes) +
                       " bytes mended, " + printable(plan.label()));
  return {};
}

}  // namespace czip::tool
