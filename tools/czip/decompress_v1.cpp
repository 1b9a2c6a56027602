// Decompressing and testing CZIPv1. The text is released only when all of it was decoded and
// checked.
#include <cstdint>
#include <string>

#include "coders.hpp"
#include "czip/codec/byte_stream.hpp"
#include "czip/codec/czip_v1.hpp"
#include "file_io.hpp"
#include "progress.hpp"
#include "recode.hpp"
#include "session.hpp"
#include "staged_output.hpp"
#include "targets.hpp"
#include "text.hpp"

namespace czip::tool {
namespace {

// What to do about a file that does not decode.
Error with_advice(Error error) {
  if (error.message.find("another model") == std::string::npos) return advise_copy(error);
  error.message += "; check -m, or get another copy";
  return error;
}

// What the headers say of the text's length, for the progress bar only: decoding checks everything
// itself.
std::uint64_t announced_length(const Session& session, const Input& input) {
  if (!session.wants_progress() || !Console::interactive()) return 0;
  FileSource source(input.file.get());
  const auto info = v1::inspect(source);
  return info ? info->text_bytes : 0;
}

void tell_dialect(const Session& session, const Input& input, const v1::CodingReport& report) {
  if (session.arguments.dialect || report.dialect == Dialect::rust) return;
  session.console.warning(input.label(), "was written in the " +
                                             std::string(dialect_name(report.dialect)) +
                                             " dialect, the first that fits");
}

void explain(const Session& session, const v1::CodingReport& report) {
  const double coding = seconds(report.coding_ns);
  session.console.detail(
      format("  context %u, dialect %s, SIMD level %s\n"
             "  %s tokens in %s chunks, %.0f tokens/s; decoding %.2f s, outer codec %.2f s",
             1U << report.context_log2, std::string(dialect_name(report.dialect)).c_str(),
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

Result<v1::CodingReport> decode_v1(const Session& session, const CodingModel& model, Input& input,
                                   ByteSink& sink) {
  if (const auto made = make_seekable(input); !made) return tl::unexpected(made.error());
  ProgressBar progress(std::string(input.label()), announced_length(session, input),
                       session.wants_progress());
  v1::DecodeOptions options = session.decode_options();
  options.progress = [&progress](std::uint64_t done) { progress.update(done); };
  FileSource source(input.file.get());
  if (const auto begun = source.rewind(); !begun) return tl::unexpected(begun.error());
  auto report = v1::decode(model, source, sink, options);
  if (!report) return tl::unexpected(with_advice(report.error()));
  return report;
}

Status decompress_v1(const Session& session, const CodingModel& model, Input& input) {
  const auto plan = plan_output(session.arguments, input);
  if (!plan) return tl::unexpected(plan.error());
  auto output = StagedOutput::create(*plan);
  if (!output) return tl::unexpected(output.error());
  FileSink sink(output->fd(), std::string(plan->label()));
  const auto report = decode_v1(session, model, input, sink);
  if (!report) return tl::unexpected(report.error());
  if (const auto flushed = sink.flush(); !flushed) return flushed;
  if (session.arguments.remove_input && !plan->is_stream) {
    const auto text = read_back(output->fd());
    if (!text) return tl::unexpected(text.error());
    if (const auto proven = prove_by_coding_again(session, model, input, *text, report->dialect);
        !proven)
      return proven;
  }
  if (const auto published = output->publish(input); !published) return published;
  tell_dialect(session, input, *report);
  summarize(session, input, plan->label(), *report);
  return remove_if_asked(session.arguments, session.console, input, *plan);
}

Status test_v1(const Session& session, const CodingModel& model, Input& input) {
  MemorySink text;
  const auto report = decode_v1(session, model, input, text);
  if (!report) return tl::unexpected(report.error());
  if (session.arguments.verify) {
    if (const auto proven =
            prove_by_coding_again(session, model, input, text.bytes(), report->dialect);
        !proven)
      return proven;
  }
  tell_dialect(session, input, *report);
  summarize(session, input, "good", *report);
  return {};
}

}  // namespace czip::tool
