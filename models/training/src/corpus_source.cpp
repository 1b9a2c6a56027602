#include "czip/training/corpus_source.hpp"

#include <algorithm>
#include <cstddef>

namespace czip {
namespace {

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

Status add_documents(Corpus& corpus, std::span<const std::uint8_t> text) {
  const std::size_t part = std::clamp(text.size() / kParts, kSmallestPart, kLargestPart);
  while (!text.empty()) {
    const auto end = std::find(text.begin(), text.end(), std::uint8_t{0});
    const auto size = static_cast<std::size_t>(end - text.begin());
    CZIP_TRY(add_document(corpus, text.first(size), part));
    text = text.subspan(std::min(size + 1, text.size()));
  }
  return {};
}

Status add_records(Corpus& corpus, std::span<const std::uint8_t> text,
                   v2::RecordSeparation separation) {
  while (!text.empty()) {
    const std::size_t size = v2::record_size(text, separation);
    CZIP_TRY(corpus.add_document(v2::without_separator(text.first(size), separation)));
    text = text.subspan(size);
  }
  return {};
}

}  // namespace

Status add_source(Corpus& corpus, std::span<const std::uint8_t> text,
                  std::optional<v2::RecordSeparation> records) {
  corpus.begin_source();
  return records ? add_records(corpus, text, *records) : add_documents(corpus, text);
}

}  // namespace czip
