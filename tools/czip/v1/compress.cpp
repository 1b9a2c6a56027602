// Compresses to CZIPv1: reads the whole text, writes the file, decodes that and compares, and then
// publishes it.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "armour/armour.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/console.hpp"
#include "cli/inputs.hpp"
#include "cli/outputs.hpp"
#include "cli/progress.hpp"
#include "cli/session.hpp"
#include "czip/codec/v1/codec.hpp"
#include "io/input.hpp"
#include "io/limited_sink.hpp"
#include "io/staged_output.hpp"
#include "io/streams.hpp"
#include "v1/coders.hpp"
#include "v1/options.hpp"

namespace czip::tool {
namespace {

// Decodes what was written, from the file and not from memory, and compares it with the text.
Result<v1::CodingReport> verify_written(const Session& session, const v1::Model& model,
                                        const Input& input, int fd,
                                        std::span<const std::uint8_t> text) {
  ProgressBar progress(std::string(input.label()) + " (verifying)", text.size(),
                       session.wants_progress());
  v1::DecodeOptions options = decode_options_v1(session);
  options.dialect = encode_options_v1(session).dialect;
  options.progress = progress.follow();
  FileSource source(fd);
  CZIP_TRY(source.rewind());
  CompareSink sink(text);
  auto report = v1::decode(model, source, sink, options);
  if (report && sink.equal()) return report;
  if (!report && !blames_data(report.error())) return Failure(advise(report.error()));
  const std::string why =
      report ? "the text differs from byte " + grouped(sink.first_difference()) + " on"
             : report.error().message;
  return fail(ErrorCode::internal, "what was written does not decode to the input (" + why +
                                       "), so nothing was kept; please report this");
}

void summarize(const Session& session, const Input& input, const OutputPlan& plan,
               const v1::CodingReport& report) {
  if (!Console::interactive() && !session.console.verbose()) return;
  const std::uint64_t file_bytes =
      plan.armoured ? armour_size(report.file_bytes) : report.file_bytes;
  session.console.note(format(
      "%s : %.1f %% ( %llu => %llu bytes, %s)", printable(input.label()).c_str(),
      percent(file_bytes, report.text_bytes), static_cast<unsigned long long>(report.text_bytes),
      static_cast<unsigned long long>(file_bytes), printable(plan.label()).c_str()));
}

void explain(const Session& session, const v1::CodingReport& report,
             const v1::CodingReport* verified) {
  std::string text =
      format("  context %u, dialect %s, outer codec %s, SIMD level %s\n", 1U << report.context_log2,
             std::string(v1::dialect_name(report.dialect)).c_str(),
             std::string(v1::outer_codec_name(encode_options_v1(session).outer)).c_str(),
             std::string(simd_level_name(session.simd())).c_str());
  const double coding = seconds(report.coding_ns);
  text += format("  %s tokens in %s chunks, %.0f tokens/s; coding %.2f s, outer codec %.2f s",
                 grouped(report.tokens).c_str(), grouped(report.chunks).c_str(),
                 per_second(report.tokens, coding), coding, seconds(report.outer_ns));
  if (verified != nullptr)
    text += format(", verifying %.2f s", seconds(verified->coding_ns + verified->outer_ns));
  session.console.detail(text);
}

Result<v1::CodingReport> write_compressed(const Session& session, const v1::Model& model,
                                          const Input& input, std::span<const std::uint8_t> text,
                                          const StagedOutput& output) {
  ProgressBar progress(std::string(input.label()), text.size(), session.wants_progress());
  v1::EncodeOptions options = encode_options_v1(session);
  options.progress = progress.follow();
  FileSink sink(output.fd(), output.label());
  LimitedSink limited(sink, session.arguments.max_output, "--max-output");
  auto report = v1::encode(model, text, limited, options);
  if (!report) return Failure(advise(report.error()));
  CZIP_TRY(sink.flush());
  return report;
}

}  // namespace

Status compress_v1(const Session& session, const v1::Model& model, Input& input) {
  CZIP_TRY_ASSIGN(const auto plan, plan_output(session.arguments, input));
  const auto text = read_whole(input, v1::kMaxTextBytes,
                               "is larger than 4 GiB - 1 bytes, the most that CZIPv1 can hold; "
                               "split it");
  CZIP_TRY(text);
  CZIP_TRY_ASSIGN(auto output, StagedOutput::create(plan));
  CZIP_TRY_ASSIGN(const auto report, write_compressed(session, model, input, *text, output));

  Result<v1::CodingReport> verified;
  if (session.arguments.verify) {
    verified = verify_written(session, model, input, output.fd(), *text);
    CZIP_TRY(verified);
  }
  CZIP_TRY(output.publish(input));
  warn_of_change(session.console, input, text->size());
  summarize(session, input, plan, report);
  explain(session, report, session.arguments.verify ? &*verified : nullptr);
  return remove_if_asked(session.arguments, session.console, input, plan);
}

}  // namespace czip::tool
