#include "training/corpus.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/exit_status.hpp"
#include "cli/inputs.hpp"
#include "cli/session.hpp"
#include "cli/trailing_data.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/record_file.hpp"
#include "io/armoured_input.hpp"
#include "io/formats.hpp"
#include "io/input.hpp"
#include "io/limited_sink.hpp"
#include "models/model_store.hpp"
#include "v1/coders.hpp"
#include "v2/coders.hpp"

namespace czip::tool {
namespace {

constexpr std::uint64_t kMaxCorpusFile = std::uint64_t{4} << 30;
// A source of few long documents is cut into parts, so that some can be held out.
constexpr std::size_t kParts = 64;
constexpr std::size_t kSmallestPart = std::size_t{1} << 6;
constexpr std::size_t kLargestPart = std::size_t{1} << 16;
constexpr std::size_t kLongDocumentParts = 4;

// The size of a part of at least `least` bytes: it ends with its line, within 2 * `least` bytes.
std::size_t part_size(std::span<const std::uint8_t> text, std::size_t least) {
  const auto line = text.subspan(least, std::min(least, text.size() - least));
  const auto newline = std::find(line.begin(), line.end(), '\n');
  const auto rest = static_cast<std::size_t>(newline - line.begin());
  return least + std::min(rest + 1, line.size());
}

Status add_document(Corpus& corpus, std::span<const std::uint8_t> text, std::size_t part) {
  while (text.size() > kLongDocumentParts * part) {
    const std::size_t size = part_size(text, part);
    CZIP_TRY(corpus.add_document(text.first(size)));
    text = text.subspan(size);
  }
  return corpus.add_document(text);
}

// Each record, without its separator, is a document: a coder of records sees no more of it.
Status add_records(Corpus& corpus, std::span<const std::uint8_t> text,
                   v2::RecordSeparation separation) {
  corpus.begin_source();
  while (!text.empty()) {
    const std::size_t size = v2::record_size(text, separation);
    CZIP_TRY(corpus.add_document(v2::without_separator(text.first(size), separation)));
    text = text.subspan(size);
  }
  return {};
}

// Documents end at zero bytes.
Status add_source(Corpus& corpus, std::span<const std::uint8_t> text) {
  corpus.begin_source();
  const std::size_t part = std::clamp(text.size() / kParts, kSmallestPart, kLargestPart);
  while (!text.empty()) {
    const auto end = std::find(text.begin(), text.end(), std::uint8_t{0});
    const auto size = static_cast<std::size_t>(end - text.begin());
    CZIP_TRY(add_document(corpus, text.first(size), part));
    text = text.subspan(std::min(size + 1, text.size()));
  }
  return {};
}

Status decode(const Session& session, ModelStore& models, Input& input, RewindableSink& text) {
  CZIP_TRY(remove_armour(input));
  CZIP_TRY_ASSIGN(const auto format, detect_format(input));
  if (format == FileFormat::czip_v2_archive)
    return usage_error("is an archive; extract it with czip -d and train on its files with -r");
  if (format == FileFormat::czip_v2) {
    const auto report = decode_v2(session, models, input, text);
    CZIP_TRY(report);
    return check_trailing_data(session, input.label(), report->trailing);
  }
  CZIP_TRY_ASSIGN(const auto model, models.for_v1());
  const auto report = decode_v1(session, *model, input, text);
  CZIP_TRY(report);
  return check_trailing_data(session, input.label(), report->trailing);
}

Status add_text(const Session& session, Corpus& corpus, std::span<const std::uint8_t> text) {
  const auto& records = session.arguments.records;
  return records ? add_records(corpus, text, *records) : add_source(corpus, text);
}

Status add_input(const Session& session, ModelStore& models, Input& input, Corpus& corpus) {
  if (has_suffix(input.name)) {
    MemorySink text;
    LimitedSink limited(text, kMaxCorpusFile, "training");
    CZIP_TRY(decode(session, models, input, limited));
    return add_text(session, corpus, text.bytes());
  }
  CZIP_TRY_ASSIGN(const auto text, read_whole(input, kMaxCorpusFile,
                                              "is larger than 4 GiB, the most that one "
                                              "file to train on may have; divide it"));
  warn_of_change(session.console, input, text.size());
  return add_text(session, corpus, text);
}

}  // namespace

Result<Corpus> read_corpus(Session& session) {
  Corpus corpus;
  CZIP_TRY_ASSIGN(auto models, ModelStore::open(session.arguments));
  ExitStatus status = ExitStatus::ok;
  const auto names = expand_directories(session.arguments, session.console, status);
  status = more_severe(status, for_each_input(session, names, [&](Input& input) {
                         return add_input(session, models, input, corpus);
                       }));
  models.warn_if_unused(session.console);
  // The failures have been reported. A model of the remaining texts is not what the user asked for.
  if (status == ExitStatus::ok) {
    for (const Corpus::Source& source : corpus.sources())
      if (source.documents() > 0) return corpus;
    return fail(ErrorCode::invalid_argument,
                names.size() == 1 ? printable(names.front()) + ": is empty; give text to train on"
                                  : "all texts are empty; give text to train on");
  }
  return fail(ErrorCode::io, "nothing was trained: part of the corpus could not be read");
}

}  // namespace czip::tool
