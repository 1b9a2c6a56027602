// Decompresses and tests CZIPv2, in bounded memory. A file is published after all of it has been
// checked; a stream gets each block after the block has been checked.
#include <algorithm>
#include <cstdint>
#include <string>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/console.hpp"
#include "cli/outputs.hpp"
#include "cli/progress.hpp"
#include "cli/session.hpp"
#include "cli/trailing_data.hpp"
#include "czip/codec/v2/codec.hpp"
#include "io/input.hpp"
#include "io/limited_sink.hpp"
#include "io/staged_output.hpp"
#include "io/streams.hpp"
#include "models/model_store.hpp"
#include "v2/coders.hpp"
#include "v2/expected_time.hpp"
#include "v2/options.hpp"

namespace czip::tool {
namespace {

// What the progress bar expects.
std::uint64_t expected_length(const Session& session, const Input& input) {
  if (!input.at_start() || session.arguments.record) return 0;
  const std::uint64_t text = announced_text(session, input);
  const auto& range = session.arguments.range;
  return range ? std::min(range->length, text - std::min(range->start, text)) : text;
}

Result<v2::CodingReport> decode_range(const Session& session, ModelStore& models, Input& input,
                                      ByteSink& sink, const v2::DecodeOptions& options) {
  CZIP_TRY(make_seekable(input));
  FileRandomAccess file(input.file.get());
  return v2::decode_range(models.finder(), file, *session.arguments.range, sink, options);
}

void summarize(const Session& session, const Input& input, std::string_view result,
               const v2::CodingReport& report) {
  if (Console::interactive() || session.console.verbose())
    session.console.note(format("%s : %llu bytes, %s", printable(input.label()).c_str(),
                                static_cast<unsigned long long>(report.text_bytes),
                                printable(result).c_str()));
  const double decoding = seconds(report.coding_ns);
  session.console.detail(
      format("  %s blocks, %s of them stored; SIMD level %s, threads %u\n"
             "  decoding %.2f s, %s",
             grouped(report.blocks).c_str(), grouped(report.stored_blocks).c_str(),
             std::string(simd_level_name(session.simd())).c_str(), report.threads, decoding,
             speed_text(per_second(report.text_bytes, decoding)).c_str()));
  tell_language_model_blocks(session, report);
}

}  // namespace

std::uint64_t announced_text(const Session& session, const Input& input) {
  if (!session.wants_progress() || !Console::interactive()) return 0;
  FileRandomAccess file(input.file.get());
  const auto info = v2::inspect(file);
  return info ? info->text_bytes : 0;
}

Result<v2::CodingReport> decode_v2(const Session& session, ModelStore& models, Input& input,
                                   ByteSink& sink) {
  if (!session.arguments.record) tell_decompressing_time(session, models, input);
  ProgressBar progress(std::string(input.label()), expected_length(session, input),
                       session.wants_progress());
  v2::DecodeOptions options = decode_options_v2(session);
  options.progress = progress.follow();
  InputSource source(input);
  LimitedSink limited(sink, session.arguments.max_output, "--max-output");
  auto report = session.arguments.range    ? decode_range(session, models, input, limited, options)
                : session.arguments.record ? decode_records(session, models, input, limited)
                                           : v2::decode(models.finder(), source, limited, options);
  if (!report) {
    input.damaged = blames_data(report.error());
    return Failure(advise(report.error()));
  }
  if (report->trailing.garbage_offset && !input.mended && input.is_regular()) {
    // It may be a frame whose beginning is damaged.
    CZIP_TRY_ASSIGN(const auto mended, mend_input(session, input));
    if (mended) return fail(ErrorCode::corrupt, "is damaged");
  }
  if (report->damaged_elsewhere)
    session.console.warning(input.label(), "is damaged outside the range, which is right");
  return report;
}

Status decompress_v2(const Session& session, ModelStore& models, Input& input) {
  CZIP_TRY_ASSIGN(const auto plan, plan_output(session.arguments, input));
  if (plan.is_stream) {
    CZIP_TRY_ASSIGN(auto stream, open_stream(plan));
    StreamSink stream_sink(stream.get(), std::string(plan.label()));
    ResumedSink sink(stream_sink, input.text_given);
    CZIP_TRY_ASSIGN(const auto report, decode_v2(session, models, input, sink));
    CZIP_TRY(stream.close());
    summarize(session, input, plan.label(), report);
    CZIP_TRY(check_trailing_data(session, input.label(), report.trailing));
    return remove_if_asked(session.arguments, session.console, input, plan);
  }
  CZIP_TRY_ASSIGN(auto output, StagedOutput::create(plan));
  FileSink sink(output.fd(), output.label());
  CZIP_TRY_ASSIGN(const auto report, decode_v2(session, models, input, sink));
  CZIP_TRY(sink.flush());
  CZIP_TRY(output.publish(input));
  summarize(session, input, plan.label(), report);
  CZIP_TRY(check_trailing_data(session, input.label(), report.trailing));
  return remove_if_asked(session.arguments, session.console, input, plan);
}

Status test_v2(const Session& session, ModelStore& models, Input& input) {
  NullSink sink;
  CZIP_TRY_ASSIGN(const auto report, decode_v2(session, models, input, sink));
  CZIP_TRY(test_records(session, models, input));
  summarize(session, input, "good", report);
  CZIP_TRY(check_trailing_data(session, input.label(), report.trailing));
  if (!input.mended) return {};
  return fail(ErrorCode::corrupt,
              "is damaged; its recovery data mend it: czip -d gives its text, czip repair a "
              "mended file");
}

}  // namespace czip::tool
