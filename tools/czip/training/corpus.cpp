#include "training/corpus.hpp"

#include <cstdint>
#include <string>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/exit_status.hpp"
#include "cli/inputs.hpp"
#include "cli/session.hpp"
#include "cli/trailing_data.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/training/corpus_source.hpp"
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

Status add_input(const Session& session, ModelStore& models, Input& input, Corpus& corpus) {
  if (has_suffix(input.name)) {
    MemorySink text;
    LimitedSink limited(text, kMaxCorpusFile, "training");
    CZIP_TRY(decode(session, models, input, limited));
    return add_source(corpus, text.bytes(), session.arguments.records);
  }
  CZIP_TRY_ASSIGN(const auto text, read_whole(input, kMaxCorpusFile,
                                              "is larger than 4 GiB, the most that one "
                                              "file to train on may have; divide it"));
  warn_of_change(session.console, input, text.size());
  return add_source(corpus, text, session.arguments.records);
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
