// Files of records: compressing and appending them, and giving them by their numbers.
#include <fcntl.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/console.hpp"
#include "cli/inputs.hpp"
#include "cli/outputs.hpp"
#include "cli/progress.hpp"
#include "cli/session.hpp"
#include "czip/codec/v2/record_file.hpp"
#include "io/file_content.hpp"
#include "io/file_identity.hpp"
#include "io/hidden_append.hpp"
#include "io/input.hpp"
#include "io/limited_sink.hpp"
#include "io/staged_output.hpp"
#include "io/streams.hpp"
#include "models/model_store.hpp"
#include "v2/coders.hpp"
#include "v2/options.hpp"

namespace czip::tool {
namespace {

Result<v2::RecordFileReport> write_records(const Session& session, const v2::Model& model,
                                           const Input& input, ByteSink& out,
                                           const v2::RecordFileOptions& options,
                                           const v2::RecordFileEnd& before) {
  ProgressBar progress(std::string(input.label()), input.announced.value_or(0),
                       session.wants_progress());
  v2::RecordFileOptions with_progress = options;
  with_progress.encoding.progress = progress.follow();
  InputSource text(input);
  LimitedSink limited(out, session.arguments.max_output, "--max-output");
  auto report = v2::write_records(model, text, limited, with_progress, before);
  if (!report) return Failure(advise(report.error()));
  CZIP_TRY(check_mapped_unchanged());
  warn_of_change(session.console, input, text.taken());
  return report;
}

void tell_records(const Session& session, std::string_view label, std::uint64_t records,
                  std::uint64_t frames) {
  session.console.detail(format("  %s : %s records in %s frames", printable(label).c_str(),
                                grouped(records).c_str(), grouped(frames).c_str()));
}

}  // namespace

Status compress_records(const Session& session, const v2::Model& model, Input& input) {
  CZIP_TRY_ASSIGN(const auto plan, plan_output(session.arguments, input));
  CZIP_TRY_ASSIGN(auto output, StagedOutput::create(plan));
  FileSink sink(output.fd(), output.label());
  const v2::RecordFileOptions options{.separation = *session.arguments.records,
                                      .encoding = encode_options_v2(session)};
  CZIP_TRY_ASSIGN(const auto report, write_records(session, model, input, sink, options, {}));
  tell_records(session, input.label(), report.records, report.coding.frames);
  return publish_v2(session, model, input, plan, output, sink, report.coding);
}

Result<v2::CodingReport> decode_records(const Session& session, ModelStore& models, Input& input,
                                        ByteSink& sink) {
  CZIP_TRY(make_seekable(input));
  FileRandomAccess file(input.file.get());
  const auto records = v2::RecordFile::open(file);
  if (!records) return error_of(records);
  const RecordRange& wanted = *session.arguments.record;
  const std::uint64_t last =
      wanted.last == std::numeric_limits<std::uint64_t>::max() ? records->records() : wanted.last;
  return records->read(models.finder(), file, wanted.first, std::max(wanted.first, last), sink,
                       decode_options_v2(session));
}

Status test_records(const Session& session, ModelStore& models, Input& input) {
  if (!input.is_regular() && !input.mended) return {};
  FileRandomAccess file(input.file.get());
  const auto records = v2::RecordFile::open(file);
  if (!records)
    return records.error().code == ErrorCode::unsupported ? Status{} : error_of(records);
  return records->check(models.finder(), file, decode_options_v2(session));
}

bool is_record_file(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (file.get() < 0) return false;
  FileRandomAccess in(file.get());
  return v2::RecordFile::open(in).has_value();
}

Result<ExitStatus> append_records(const Session& session, const v2::Model& model,
                                  const std::string& path, const std::vector<std::string>& names) {
  CZIP_TRY_ASSIGN(auto target, open_to_append(path));
  FileRandomAccess file(target.file.get());
  CZIP_TRY_ASSIGN(const auto records, v2::RecordFile::open(file));
  v2::RecordFileOptions options{.separation = records.separation(),
                                .encoding = encode_options_v2(session)};
  options.encoding.verify = session.arguments.verify;
  std::uint64_t added = 0;
  const auto write = [&](ByteSink& out, RandomAccessFile& committed) -> Result<bool> {
    v2::RecordFileEnd end = records.ends();
    for (const std::string& name : names) {
      CZIP_TRY_ASSIGN(const Input input, open_input(name, input_rules(session.arguments)));
      if (identity_of(input.status) == identity_of(target.status))
        return usage_error("cannot be appended to itself");
      const auto report = write_records(session, model, input, out, options, end);
      if (!report) return failure_in(name, report.error());
      end = report->end;
      added += report->records;
    }
    if (session.arguments.recovery != 0) CZIP_TRY(add_recovery(session, committed, target.label()));
    return true;
  };
  CZIP_TRY(append_hidden(target, records.file_end(), write));
  if (Console::interactive() || session.console.verbose())
    session.console.note(printable(target.label()) + " : " + grouped(added) +
                         " records appended to " + grouped(records.records()));
  return ExitStatus::ok;
}

}  // namespace czip::tool
