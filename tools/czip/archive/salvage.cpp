// Salvages CZIPv2 files: gives what is left, and tells what is lost.
#include "czip/codec/v2/salvage.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>

#include "archive/archive.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/outputs.hpp"
#include "cli/progress.hpp"
#include "cli/session.hpp"
#include "czip/codec/v1/codec.hpp"
#include "io/descriptor.hpp"
#include "io/formats.hpp"
#include "io/input.hpp"
#include "io/limited_sink.hpp"
#include "io/staged_output.hpp"
#include "io/streams.hpp"
#include "models/model_store.hpp"
#include "v2/coders.hpp"
#include "v2/options.hpp"

namespace czip::tool {
namespace {

// Lines about lost text, of each kind.
constexpr std::size_t kMaxLines = 100;

std::string bytes_from(std::uint64_t begin, std::uint64_t end) {
  return "bytes " + grouped(begin) + " to " + grouped(end - 1);
}

std::string describe(const v2::LostText& lost, bool skipped) {
  if (!lost.length)
    return "lost: what followed byte " + grouped(lost.text_offset) +
           " of the text, if anything did; its length is unknown";
  const std::string where =
      "lost: " + bytes_from(lost.text_offset, lost.text_offset + *lost.length) + " of the text";
  if (lost.filled) return where + ", zeros stand there";
  return where + (skipped ? "" : ", too many for zeros; they are left out");
}

void tell(const Session& session, const Input& input, const v2::SalvageReport& report) {
  std::size_t lines = 0;
  const auto say = [&](const std::string& text) {
    if (++lines <= kMaxLines) session.console.warning(input.label(), text);
  };
  for (const v2::LostText& lost : report.lost) say(describe(lost, session.arguments.skip_lost));
  for (const Error& error : report.missing_models)
    session.console.warning(input.label(), "a part of it " + error.message);
  for (const v2::FileRange& range : report.damaged)
    say("damaged: " + bytes_from(range.begin, range.end) + " of the compressed file");
  if (lines > kMaxLines)
    session.console.warning(input.label(), "and " + grouped(lines - kMaxLines) + " more");
}

// What the exit status tells.
Status outcome(const v2::SalvageReport& report) {
  if (report.complete()) return {};
  std::uint64_t lost = 0;
  for (const v2::LostText& part : report.lost) lost += part.length.value_or(0);
  const std::string recovered = grouped(report.recovered.text_bytes) + " bytes of text recovered";
  if (report.mixed_frames != 0)
    return fail(ErrorCode::corrupt, recovered +
                                        ", but they are not all of one file: the hash of the "
                                        "whole is another");
  const bool only_models = report.damaged.empty() && !report.missing_models.empty();
  return fail(ErrorCode::corrupt,
              recovered + ", " + grouped(lost) +
                  (only_models ? " lost for want of their model; name it with -m"
                               : " lost; the file is damaged, get another copy"));
}

Failure with_memory_advice(const Error& error) {
  return Failure(error.code == ErrorCode::over_limit ? advise(error) : error);
}

Result<v2::SalvageReport> decode(const Session& session, const v2::Salvage& salvage,
                                 const Input& input, ByteSink& sink) {
  const auto nothing = [] {
    return fail(ErrorCode::corrupt, "nothing of it can be recovered; get another copy");
  };
  if (!salvage.found_text()) return nothing();
  LimitedSink limited(sink, session.arguments.max_output, "--max-output");
  auto report = salvage.decode(limited);
  if (!report) return with_memory_advice(report.error());
  if (report->recovered.blocks == 0 && !report->lost.empty()) return nothing();
  tell(session, input, *report);
  return report;
}

Status salvage_archive(const Session& session, v2::Salvage& salvage, const Input& input) {
  salvage.skip_lost(false);
  CZIP_TRY_ASSIGN(const auto tar, anonymous_file());
  FileSink sink(tar.file.get(), tar.label);
  CZIP_TRY_ASSIGN(const auto report, decode(session, salvage, input, sink));
  CZIP_TRY(sink.flush());
  CZIP_TRY_ASSIGN(const auto left_out, extract_intact(session, input, tar.file.get(), report.lost));
  CZIP_TRY(outcome(report));
  if (left_out == 0) return {};
  return fail(ErrorCode::corrupt, grouped(left_out) + " of its entries are damaged");
}

Status salvage_to_file(const Session& session, const v2::Salvage& salvage, const Input& input,
                       const OutputPlan& plan) {
  if (plan.is_stream) {
    CZIP_TRY_ASSIGN(auto stream, open_stream(plan));
    StreamSink sink(stream.get(), std::string(plan.label()));
    CZIP_TRY_ASSIGN(const auto report, decode(session, salvage, input, sink));
    CZIP_TRY(stream.close());
    return outcome(report);
  }
  CZIP_TRY_ASSIGN(auto output, StagedOutput::create(plan));
  FileSink sink(output.fd(), output.label());
  CZIP_TRY_ASSIGN(const auto report, decode(session, salvage, input, sink));
  CZIP_TRY(sink.flush());
  CZIP_TRY(output.publish(input));
  return outcome(report);
}

// CZIPv1 has no blocks that could be found.
Status refuse_v1(Input& input) {
  const auto format = detect_format(input);
  if (!format || *format != FileFormat::czip_v1) return {};
  return fail(ErrorCode::unsupported,
              "is CZIPv1, which has no checks by which parts of it could be recovered");
}

// Zeros take no room in a file. Elsewhere they do: there it takes --max-output to have as many.
Result<std::uint64_t> zeros_allowed(const Arguments& arguments, RandomAccessSource& file,
                                    bool to_stream) {
  if (arguments.max_output) return *arguments.max_output;
  CZIP_TRY_ASSIGN(const auto bytes, file.size());
  std::error_code error;
  const bool to_device = std::filesystem::is_other(arguments.output, error);
  return to_stream || to_device ? v2::usual_zeros(bytes) : v2::most_zeros(bytes);
}

}  // namespace

Status salvage_v2(const Session& session, ModelStore& models, Input& input) {
  CZIP_TRY(refuse_v1(input));
  CZIP_TRY(make_seekable(input));
  CZIP_TRY_ASSIGN(const auto mended, mend_input(session, input, true));
  if (mended)
    session.console.warning(input.label(), "is damaged; its recovery data mended what they can");
  FileRandomAccess file(input.file.get());
  const bool to_stream =
      session.arguments.output == "-" || (session.arguments.output.empty() && input.is_stdin());
  v2::SalvageOptions options;
  options.decode = decode_options_v2(session);
  options.skip_lost = session.arguments.skip_lost;
  CZIP_TRY_ASSIGN(options.max_zeros, zeros_allowed(session.arguments, file, to_stream));
  ProgressBar progress(std::string(input.label()) + " (salvaging)", 0, session.wants_progress());
  options.decode.progress = progress.follow();
  auto found = v2::Salvage::scan(models.finder(), file, options);
  if (!found) return with_memory_advice(found.error());
  v2::Salvage& salvage = *found;
  progress.expect(salvage.text_bytes());
  if (session.arguments.command == Command::test) {
    NullSink sink;
    CZIP_TRY_ASSIGN(const auto report, decode(session, salvage, input, sink));
    return outcome(report);
  }
  if (salvage.archive() && !to_stream) return salvage_archive(session, salvage, input);
  CZIP_TRY_ASSIGN(const auto plan, plan_output(session.arguments, input));
  return salvage_to_file(session, salvage, input, plan);
}

}  // namespace czip::tool
