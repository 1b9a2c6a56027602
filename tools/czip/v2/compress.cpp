// Compresses to CZIPv2, in bounded memory. A file is written, decoded and then published; a stream
// gets each block after the block has been decoded.
#include <cstdint>
#include <optional>
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
#include "czip/base/parallel.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/recovery.hpp"
#include "io/file_content.hpp"
#include "io/input.hpp"
#include "io/limited_sink.hpp"
#include "io/staged_output.hpp"
#include "io/streams.hpp"
#include "v2/checkpoint.hpp"
#include "v2/coders.hpp"
#include "v2/expected_time.hpp"
#include "v2/options.hpp"

namespace czip::tool {
namespace {

using Bytes = std::vector<std::uint8_t>;

// Largest file that is read before a stream is begun: as long as the longest block of a level, so
// that a longer file takes more than one.
constexpr std::uint64_t kReadFirst = std::uint64_t{8} << 20;

// The length of a regular file that is read from its start.
std::optional<std::uint64_t> known_length(const Input& input) {
  return input.at_start() ? input.announced : std::nullopt;
}

// Decodes what was written, from the file, and compares the hash with the text's.
Status verify_written(const Session& session, const v2::Model& model, const std::string& label,
                      int fd, const v2::CodingReport& written) {
  ProgressBar progress(label + " (verifying)", written.text_bytes, session.wants_progress());
  v2::DecodeOptions options = decode_options_v2(session);
  options.progress = progress.follow();
  FileSource source(fd);
  CZIP_TRY(source.rewind());
  NullSink sink;
  const auto read = v2::decode(model, source, sink, options);
  if (read && read->text_hash == written.text_hash && read->text_bytes == written.text_bytes)
    return {};
  if (!read && !blames_data(read.error())) return Failure(advise(read.error()));
  const std::string why = read ? "the text is another" : read.error().message;
  return fail(ErrorCode::internal, "what was written does not decode to the input (" + why +
                                       "), so nothing was kept; please report this");
}

}  // namespace

void summarize_v2(const Session& session, const Input& input, const OutputPlan& plan,
                  const v2::CodingReport& report) {
  const std::uint64_t file_bytes =
      plan.armoured ? armour_size(report.file_bytes) : report.file_bytes;
  if (Console::interactive() || session.console.verbose())
    session.console.note(format(
        "%s : %.1f %% ( %llu => %llu bytes, %s)", printable(input.label()).c_str(),
        percent(file_bytes, report.text_bytes), static_cast<unsigned long long>(report.text_bytes),
        static_cast<unsigned long long>(file_bytes), printable(plan.label()).c_str()));
  const double coding = seconds(report.coding_ns);
  session.console.detail(format(
      "  level %d, %s blocks, %s of them stored; SIMD level %s, threads %u\n  coding %.2f s, %s",
      encode_options_v2(session).level, grouped(report.blocks).c_str(),
      grouped(report.stored_blocks).c_str(), std::string(simd_level_name(session.simd())).c_str(),
      report.threads, coding, speed_text(per_second(report.text_bytes, coding)).c_str()));
  tell_language_model_blocks(session, report);
}

Result<v2::CodingReport> encode_v2(const Session& session, const v2::Model& model,
                                   ProgressBar& progress, ByteSource& text, ByteSink& out,
                                   v2::EncodeOptions options) {
  options.progress = progress.follow();
  LimitedSink limited(out, session.arguments.max_output, "--max-output");
  auto report = v2::encode(model, text, limited, options);
  if (!report) return Failure(advise(report.error()));
  return report;
}

Result<std::uint64_t> add_recovery(const Session& session, RandomAccessFile& file,
                                   std::string_view label) {
  CZIP_TRY_ASSIGN(const auto bytes, file.size());
  ProgressBar progress(std::string(label) + " (recovery data)", bytes, session.wants_progress());
  return v2::append_recovery(file, session.arguments.recovery, progress.follow());
}

void tell_language_model_blocks(const Session& session, const v2::CodingReport& report) {
  if (report.language_model_blocks == 0) return;
  session.console.detail(format("  %s of %s blocks with the language model",
                                grouped(report.language_model_blocks).c_str(),
                                grouped(report.blocks).c_str()));
}

Status publish_v2(const Session& session, const v2::Model& model, const Input& input,
                  const OutputPlan& plan, StagedOutput& output, FileSink& sink,
                  const v2::CodingReport& report) {
  CZIP_TRY(sink.flush());
  v2::CodingReport with_recovery = report;
  if (session.arguments.recovery != 0) {
    FileStore file(output.fd(), output.label());
    CZIP_TRY_ASSIGN(const auto added, add_recovery(session, file, input.label()));
    with_recovery.file_bytes += added;
  }
  if (session.arguments.verify) {
    CZIP_TRY(verify_written(session, model, std::string(input.label()), output.fd(), report));
  }
  CZIP_TRY(check_mapped_unchanged());
  CZIP_TRY(output.publish(input));
  summarize_v2(session, input, plan, with_recovery);
  return remove_if_asked(session.arguments, session.console, input, plan);
}

namespace {

// A stream cannot be taken back, and its header must not announce a length that may turn out wrong:
// a short file is read first, and of a longer one nothing is announced.
Status compress_to_stream(const Session& session, const v2::Model& model, const Input& input,
                          const OutputPlan& plan) {
  CZIP_TRY_ASSIGN(auto stream, open_stream(plan));
  StreamSink sink(stream.get(), std::string(plan.label()));
  v2::EncodeOptions options = encode_options_v2(session);
  options.verify = session.arguments.verify;
  const std::uint64_t length = known_length(input).value_or(0);
  InputSource text(input);
  Bytes read;
  if (length != 0 && length <= kReadFirst) {
    CZIP_TRY_ASSIGN(read, read_whole(input, kReadFirst, "is longer than it was"));
    options.text_bytes = read.size();
  } else if (length != 0) {
    options.threads = thread_count(options.threads, length / kReadFirst + 1);
  }
  MemorySource memory(read);
  ByteSource& source = options.text_bytes ? static_cast<ByteSource&>(memory) : text;
  ProgressBar progress(std::string(input.label()), options.text_bytes.value_or(length),
                       session.wants_progress());
  CZIP_TRY_ASSIGN(const auto report, encode_v2(session, model, progress, source, sink, options));
  CZIP_TRY(check_mapped_unchanged());
  CZIP_TRY(stream.close());
  warn_of_change(session.console, input, report.text_bytes);
  summarize_v2(session, input, plan, report);
  return remove_if_asked(session.arguments, session.console, input, plan);
}

// Announces the length, and begins again without that where the file became shorter.
Status compress_to_file(const Session& session, const v2::Model& model, const Input& input,
                        const OutputPlan& plan) {
  CZIP_TRY_ASSIGN(auto checkpoint, EncodingCheckpoint::open(session.arguments));
  CZIP_TRY_ASSIGN(auto output, StagedOutput::create(plan));
  FileSink sink(output.fd(), output.label());
  v2::EncodeOptions options = encode_options_v2(session);
  options.text_bytes = known_length(input);
  InputSource text(input);
  const auto encode = [&]() -> Result<v2::CodingReport> {
    ProgressBar progress(std::string(input.label()), options.text_bytes.value_or(0),
                         session.wants_progress());
    if (!checkpoint) return encode_v2(session, model, progress, text, sink, options);
    CZIP_TRY(checkpoint->begin(sink));
    options.earlier = checkpoint->earlier();
    return encode_v2(session, model, progress, text, *checkpoint, options);
  };
  auto report = encode();
  if (!report && options.text_bytes && text.is_short()) {
    options.text_bytes.reset();
    CZIP_TRY(sink.rewind());
    CZIP_TRY(text.rewind());
    report = encode();
  }
  CZIP_TRY(report);
  if (report->taken_blocks != 0)
    session.console.note(format("%s of %s blocks were in the checkpoint",
                                grouped(report->taken_blocks).c_str(),
                                grouped(report->blocks).c_str()));
  CZIP_TRY(publish_v2(session, model, input, plan, output, sink, *report));
  if (checkpoint) CZIP_TRY(checkpoint->remove());
  warn_of_change(session.console, input, report->text_bytes);
  return {};
}

}  // namespace

Status compress_v2(const Session& session, const v2::Model& model, Input& input) {
  if (session.arguments.records) return compress_records(session, model, input);
  CZIP_TRY_ASSIGN(const auto plan, plan_output(session.arguments, input));
  tell_compressing_time(session, model, input);
  // Recovery data are of the whole file, which must be read again.
  // An armour is written when the data are complete.
  // With a checkpoint, nothing goes out before all is done: the file may be tried again.
  return plan.is_stream && !plan.armoured && session.arguments.recovery == 0 &&
                 session.arguments.checkpoint.empty()
             ? compress_to_stream(session, model, input, plan)
             : compress_to_file(session, model, input, plan);
}

}  // namespace czip::tool
