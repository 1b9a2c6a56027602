// Decompresses and tests CZIPv1. The text is published after all of it has been decoded and
// checked.
#include <cstdint>
#include <string>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/console.hpp"
#include "cli/outputs.hpp"
#include "cli/progress.hpp"
#include "cli/session.hpp"
#include "cli/trailing_data.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v1/codec.hpp"
#include "io/descriptor.hpp"
#include "io/input.hpp"
#include "io/limited_sink.hpp"
#include "io/staged_output.hpp"
#include "io/streams.hpp"
#include "v1/coders.hpp"
#include "v1/coding_proof.hpp"
#include "v1/options.hpp"

namespace czip::tool {
namespace {

// Adds what to do about a file that does not decode.
Error with_advice(Error error) {
  if (error.message.find("another model") == std::string::npos) return advise(error);
  error.message += "; check -m, or get another copy";
  return error;
}

// The text's length as the headers state it. Only the progress bar uses it; decoding does not trust
// it.
std::uint64_t announced_length(const Session& session, const Input& input) {
  if (!session.wants_progress() || !Console::interactive()) return 0;
  FileSource source(input.file.get());
  const auto info = v1::inspect(source);
  return info ? info->text_bytes : 0;
}

void tell_dialect(const Session& session, const Input& input, const v1::CodingReport& report) {
  if (session.arguments.dialect || report.dialect == v1::Dialect::rust) return;
  session.console.warning(input.label(), "was written in the " +
                                             std::string(v1::dialect_name(report.dialect)) +
                                             " dialect, the first that fits");
}

void explain(const Session& session, const v1::CodingReport& report) {
  const double coding = seconds(report.coding_ns);
  session.console.detail(
      format("  context %u, dialect %s, SIMD level %s\n"
             "  %s tokens in %s chunks, %.0f tokens/s; decoding %.2f s, outer codec %.2f s",
             1U << report.context_log2, std::string(v1::dialect_name(report.dialect)).c_str(),
             std::string(simd_level_name(session.simd())).c_str(), grouped(report.tokens).c_str(),
             grouped(report.chunks).c_str(), per_second(report.tokens, coding), coding,
             seconds(report.outer_ns)));
}

void summarize(const Session& session, const Input& input, std::string_view result,
               const v1::CodingReport& report) {
  if (Console::interactive() || session.console.verbose())
    session.console.note(format("%s : %llu bytes, %s", printable(input.label()).c_str(),
                                static_cast<unsigned long long>(report.text_bytes),
                                printable(result).c_str()));
  explain(session, report);
}

}  // namespace

Result<v1::CodingReport> decode_v1(const Session& session, const v1::Model& model, Input& input,
                                   RewindableSink& sink) {
  CZIP_TRY(make_seekable(input));
  ProgressBar progress(std::string(input.label()), announced_length(session, input),
                       session.wants_progress());
  v1::DecodeOptions options = decode_options_v1(session);
  options.progress = progress.follow();
  FileSource source(input.file.get());
  CZIP_TRY(source.rewind());
  LimitedSink limited(sink, session.arguments.max_output, "--max-output");
  auto report = v1::decode(model, source, limited, options);
  if (!report) return Failure(with_advice(report.error()));
  return report;
}

Status decompress_v1(const Session& session, const v1::Model& model, Input& input) {
  CZIP_TRY_ASSIGN(const auto plan, plan_output(session.arguments, input));
  CZIP_TRY_ASSIGN(auto output, StagedOutput::create(plan));
  FileSink sink(output.fd(), output.label());
  CZIP_TRY_ASSIGN(const auto report, decode_v1(session, model, input, sink));
  CZIP_TRY(sink.flush());
  if (session.arguments.remove_input && !plan.is_stream)
    CZIP_TRY(prove_by_coding_again(session, model, input, output.fd(), report.dialect));
  CZIP_TRY(output.publish(input));
  tell_dialect(session, input, report);
  summarize(session, input, plan.label(), report);
  CZIP_TRY(check_trailing_data(session, input.label(), report.trailing));
  return remove_if_asked(session.arguments, session.console, input, plan);
}

Status test_v1(const Session& session, const v1::Model& model, Input& input) {
  v1::CodingReport report;
  if (session.arguments.verify) {
    // The text is kept only to be coded again.
    CZIP_TRY_ASSIGN(const auto text, anonymous_file());
    FileSink sink(text.file.get(), text.label);
    CZIP_TRY_ASSIGN(report, decode_v1(session, model, input, sink));
    CZIP_TRY(sink.flush());
    CZIP_TRY(prove_by_coding_again(session, model, input, text.file.get(), report.dialect));
  } else {
    NullSink nowhere;
    CZIP_TRY_ASSIGN(report, decode_v1(session, model, input, nowhere));
  }
  tell_dialect(session, input, report);
  summarize(session, input, "good", report);
  return check_trailing_data(session, input.label(), report.trailing);
}

}  // namespace czip::tool
