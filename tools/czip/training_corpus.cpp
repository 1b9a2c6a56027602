#include "training_corpus.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "coders.hpp"
#include "czip/codec/byte_stream.hpp"
#include "file_io.hpp"
#include "formats.hpp"
#include "model_store.hpp"
#include "targets.hpp"

namespace czip::tool {
namespace {

constexpr std::uint64_t kMaxCorpusFile = std::uint64_t{4} << 30;
// A source of few long documents is cut into parts, so that it has some to hold back.
constexpr std::size_t kParts = 64;
constexpr std::size_t kSmallestPart = std::size_t{1} << 10;
constexpr std::size_t kLargestPart = std::size_t{1} << 16;
constexpr std::size_t kLongDocumentParts = 4;

// Where a part that has at least `least` bytes ends: after its line, unless that is as long again.
std::size_t part_size(std::span<const std::uint8_t> text, std::size_t least) {
  const auto line = text.subspan(least, std::min(least, text.size() - least));
  const auto newline = std::find(line.begin(), line.end(), '\n');
  const auto rest = static_cast<std::size_t>(newline - line.begin());
  return least + std::min(rest + 1, line.size());
}

Status add_document(v2::Trainer& trainer, std::span<const std::uint8_t> text, std::size_t part) {
  while (text.size() > kLongDocumentParts * part) {
    const std::size_t size = part_size(text, part);
    if (auto added = trainer.add_document(text.first(size)); !added) return added;
    text = text.subspan(size);
  }
  return trainer.add_document(text);
}

// Documents end at zero bytes.
Status add_source(v2::Trainer& trainer, std::span<const std::uint8_t> text) {
  trainer.begin_source();
  const std::size_t part = std::clamp(text.size() / kParts, kSmallestPart, kLargestPart);
  while (!text.empty()) {
    const auto end = std::find(text.begin(), text.end(), std::uint8_t{0});
    const auto size = static_cast<std::size_t>(end - text.begin());
    if (auto added = add_document(trainer, text.first(size), part); !added) return added;
    text = text.subspan(std::min(size + 1, text.size()));
  }
  return {};
}

Status decode(const Session& session, ModelStore& models, Input& input, ByteSink& text) {
  const auto format = detect_format(input);
  if (!format) return tl::unexpected(format.error());
  if (*format == FileFormat::czip_v2_archive)
    return fail(ErrorCode::invalid_argument,
                "is an archive; extract it with czip -d and train on its files with -r");
  if (*format == FileFormat::czip_v2) {
    const auto report = decode_v2(session, models, input, text);
    return report ? Status{} : tl::unexpected(report.error());
  }
  const auto model = models.for_v1();
  if (!model) return tl::unexpected(model.error());
  const auto report = decode_v1(session, **model, input, text);
  return report ? Status{} : tl::unexpected(report.error());
}

Status add_input(const Session& session, ModelStore& models, Input& input, v2::Trainer& trainer) {
  if (has_suffix(input.name)) {
    MemorySink text;
    if (auto decoded = decode(session, models, input, text); !decoded) return decoded;
    return add_source(trainer, text.bytes());
  }
  const auto text = read_whole(input, kMaxCorpusFile, "the largest file to train on");
  if (!text) return tl::unexpected(text.error());
  return add_source(trainer, *text);
}

}  // namespace

Status add_corpus(Session& session, v2::Trainer& trainer) {
  auto models = ModelStore::open(session.arguments);
  if (!models) return tl::unexpected(models.error());
  ExitStatus status = ExitStatus::ok;
  const auto names = expand_directories(session.arguments, session.console, status);
  status = worst(status, for_each_input(session, names, [&](Input& input) {
                   return add_input(session, *models, input, trainer);
                 }));
  // What failed has been reported; a model of the rest would not be what was asked for.
  if (status == ExitStatus::ok) return {};
  return fail(ErrorCode::io, "not trained, for part of the corpus could not be read");
}

}  // namespace czip::tool
