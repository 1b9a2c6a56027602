#include "scoring/subject.hpp"

#include <string_view>
#include <utility>

#include "base/errors.hpp"
#include "cli/progress.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/codec.hpp"
#include "io/armoured_input.hpp"
#include "io/formats.hpp"
#include "io/limited_sink.hpp"
#include "io/streams.hpp"
#include "v1/options.hpp"
#include "v2/coders.hpp"
#include "v2/options.hpp"

namespace czip::tool {
namespace {

// The most bytes that a text may have, and the option that says so.
struct TextLimit {
  std::uint64_t bytes;
  const char* option;
};

TextLimit text_limit(const Session& session) {
  const std::uint64_t memory = session.memory_limit();
  const std::uint64_t output = session.arguments.max_output.value_or(memory);
  if (output < memory) return {output, "--max-output"};
  return {memory, "-M"};
}

// Whether an input claims to be a compressed file. nullopt: it is a text.
Result<std::optional<FileFormat>> compressed_format(Input& input) {
  CZIP_TRY_ASSIGN(const auto first_bytes, peek(input, v2::kMaxStartBytes));
  const std::string_view begun(reinterpret_cast<const char*>(first_bytes.data()),
                               first_bytes.size());
  if (!v2::has_magic(first_bytes) && !begun.starts_with(v1::kMagic))
    return std::optional<FileFormat>();
  CZIP_TRY_ASSIGN(const auto format, detect_format(input));
  return std::optional(format);
}

Status decode_v1_text(const Session& session, std::vector<ScoringModel>& models, Subject& subject) {
  auto model = models.front().store.for_v1();
  for (ScoringModel& other : models)
    if (!model) model = other.store.for_v1();
  CZIP_TRY(model);
  FileSource source(subject.input->file.get());
  CZIP_TRY_ASSIGN(const auto info, v1::inspect(source));
  subject.v1_context_log2 = info.context_log2;
  CZIP_TRY(source.rewind());
  const TextLimit limit = text_limit(session);
  MemorySink memory;
  LimitedSink sink(memory, limit.bytes, limit.option);
  ProgressBar progress(subject.name + " (reading)", info.text_bytes, session.wants_progress());
  v1::DecodeOptions options = decode_options_v1(session);
  options.progress = progress.follow();
  const auto report = v1::decode(**model, source, sink, options);
  if (!report) return Failure(advise(report.error()));
  subject.trailing = report->trailing;
  subject.text = std::move(memory).take();
  return {};
}

Status decode_v2_text(const Session& session, std::vector<ScoringModel>& models, Subject& subject) {
  subject.is_v2_file = true;
  FileSource source(subject.input->file.get());
  const TextLimit limit = text_limit(session);
  MemorySink memory;
  LimitedSink sink(memory, limit.bytes, limit.option);
  ProgressBar progress(subject.name + " (reading)", announced_text(session, *subject.input),
                       session.wants_progress());
  v2::DecodeOptions options = decode_options_v2(session);
  options.progress = progress.follow();
  const auto report = v2::decode(finder_of(models), source, sink, options);
  if (!report) return Failure(advise(report.error()));
  subject.trailing = report->trailing;
  subject.text = std::move(memory).take();
  return {};
}

}  // namespace

Result<Subject> read_subject(const Session& session, std::vector<ScoringModel>& models,
                             Input& input) {
  Subject subject;
  subject.input = &input;
  subject.name = input.label();
  CZIP_TRY(remove_armour(input, ArmourPlace::start));
  CZIP_TRY_ASSIGN(const auto format, compressed_format(input));
  if (!format) {
    const TextLimit limit = text_limit(session);
    CZIP_TRY_ASSIGN(subject.text,
                    read_whole(input, limit.bytes,
                               std::string("is a longer text than ") + limit.option + " allows"));
    return subject;
  }
  CZIP_TRY(make_seekable(input));
  CZIP_TRY(*format == FileFormat::czip_v1 ? decode_v1_text(session, models, subject)
                                          : decode_v2_text(session, models, subject));
  return subject;
}

}  // namespace czip::tool
