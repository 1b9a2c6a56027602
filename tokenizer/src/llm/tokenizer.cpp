#include "czip/tokenizer/llm/tokenizer.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "llm/merge_table.hpp"
#include "llm/merger.hpp"
#include "llm/splitter.hpp"
#include "llm/vocabulary.hpp"

namespace czip::llm {

struct Tokenizer::Tables {
  Settings settings;
  Vocabulary vocabulary;
  MergeTable merges;
};

namespace {

// Encodes pieces of a text one after another.
class PieceEncoder {
 public:
  PieceEncoder(const Settings& settings, const Vocabulary& vocabulary, const MergeTable& merges,
               std::vector<TokenId>& out)
      : vocabulary_(vocabulary),
        merger_(vocabulary, merges, settings.start),
        out_(out),
        whole_pieces_(settings.whole_pieces),
        splits_words_(settings.splitting != Splitting::none &&
                      settings.splitting != Splitting::lines) {}

  void encode(std::string_view piece) {
    if (whole_pieces_) {
      const TokenId whole = vocabulary_.find(piece);
      if (whole != bpe::kNoTokenId) return out_.push_back(whole);
    }
    while (!piece.empty()) {
      const std::size_t size = part_size(piece);
      merger_.merge(piece.substr(0, size), out_);
      piece.remove_prefix(size);
    }
  }

 private:
  // Up to the next place that no token crosses, where a piece may be more than a word; at most
  // kMaxPieceBytes, and then up to the last end of a character, if there is one near.
  [[nodiscard]] std::size_t part_size(std::string_view piece) const {
    const std::size_t most = std::min(Tokenizer::kMaxPieceBytes, piece.size());
    for (std::size_t i = 1; i < most && !splits_words_; ++i)
      if (!vocabulary_.joins(piece[i - 1], piece[i])) return i;
    if (most == piece.size()) return most;
    constexpr std::size_t kMostContinuations = 3;
    for (std::size_t i = most; i + kMostContinuations >= most; --i)
      if (!is_continuation(piece[i])) return i;
    return most;
  }

  const Vocabulary& vocabulary_;
  Merger merger_;
  std::vector<TokenId>& out_;
  bool whole_pieces_;
  bool splits_words_;
};

Result<MergeTable> build_merges(const Settings& settings, const Vocabulary& vocabulary,
                                const Description& description) {
  const bool by_pairs = settings.merging == Merging::pairs;
  if (by_pairs && !description.order.empty())
    return fail(ErrorCode::corrupt,
                "the tokenizer merges listed pairs, but has an order of tokens");
  if (!by_pairs && !description.merges.empty())
    return fail(ErrorCode::corrupt, "the tokenizer merges by an order of tokens, but lists pairs");
  return by_pairs ? MergeTable::of_pairs(vocabulary, description.merges)
                  : MergeTable::of_tokens(vocabulary, description.order);
}

}  // namespace

Tokenizer::Tokenizer(std::unique_ptr<const Tables> tables) : tables_(std::move(tables)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Result<Tokenizer> Tokenizer::create(const Description& description) try {
  CZIP_TRY_ASSIGN(const Settings settings, Settings::parse(description.config));
  if (description.lengths.size() != settings.vocabulary_size)
    return fail(ErrorCode::corrupt, "the tokenizer's config states " +
                                        std::to_string(settings.vocabulary_size) +
                                        " tokens, but there are " +
                                        std::to_string(description.lengths.size()) + " lengths");
  if (settings.first_token && *settings.first_token >= settings.vocabulary_size)
    return fail(ErrorCode::corrupt,
                "the tokenizer's first token is " + std::to_string(*settings.first_token) +
                    ", which is no id below " + std::to_string(settings.vocabulary_size));
  CZIP_TRY_ASSIGN(auto vocabulary, Vocabulary::build(description.lengths, description.bytes));
  CZIP_TRY_ASSIGN(auto merges, build_merges(settings, vocabulary, description));
  return Tokenizer(
      std::make_unique<const Tables>(Tables{settings, std::move(vocabulary), std::move(merges)}));
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory for the tokenizer");
}

const Settings& Tokenizer::settings() const { return tables_->settings; }

std::size_t Tokenizer::vocabulary_size() const { return tables_->vocabulary.size(); }

std::string_view Tokenizer::token(TokenId id) const { return tables_->vocabulary.bytes(id); }

std::optional<TokenId> Tokenizer::first_token() const { return tables_->settings.first_token; }

Status Tokenizer::encode(std::span<const std::uint8_t> text, std::vector<TokenId>& out) const {
  const std::size_t before = out.size();
  try {
    PieceEncoder encoder(tables_->settings, tables_->vocabulary, tables_->merges, out);
    Splitter(tables_->settings.splitting)
        .split({reinterpret_cast<const char*>(text.data()), text.size()},
               [&encoder](std::string_view piece) { encoder.encode(piece); });
  } catch (const std::bad_alloc&) {
    out.resize(before);
    return fail(ErrorCode::out_of_memory, "out of memory");
  }
  return {};
}

}  // namespace czip::llm
