// Training of a czip-model-v1 tokenizer by byte-pair encoding (Sennrich et al. 2016): text is split
// by the pattern that the tokenizer will have, and the pieces' bytes are merged by frequency.
#include <algorithm>
#include <new>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "czip/tokenizer/bpe/trainer.hpp"
#include "czip/training/v1/model_trainer.hpp"
#include "v1/format.hpp"
#include "v1/pattern.hpp"
#include "v1/utf8.hpp"

namespace czip::v1 {
namespace training {
namespace {

// In the manner of GPT-4's: contractions; words, numbers and punctuation with the space before
// them; line ends; white space without the space that belongs to the next word. Uses only syntax
// that both PCRE2 and Rust's fancy-regex have.
constexpr std::string_view kPattern =
    R"('(?i:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++|[\r\n]++|[^\S\r\n]+(?!\S)|\s)";

constexpr std::uint32_t kMergeableTokens = kVocabulary - 2;
static_assert(kFirstToken == kMergeableTokens);

// The JSON writes each byte as the code point of the same number.
std::string as_code_points(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xc0 | (byte >> 6));
      text += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return text;
}

std::string to_json(const std::vector<std::string>& tokens) {
  nlohmann::ordered_json json;
  json["name"] = "czip-trained";
  json["pat_str"] = kPattern;
  for (std::size_t id = 0; id < tokens.size(); ++id)
    json["mergeable_ranks"][as_code_points(tokens[id])] = id;
  json["special_tokens"] = {{"<|bos|>", kMergeableTokens}, {"<|eos|>", kMergeableTokens + 1}};
  json["explicit_n_vocab"] = kVocabulary;
  return json.dump();
}

// Splits text as the tokenizer will and counts the pieces.
class PieceCounter {
 public:
  static Result<PieceCounter> create() {
    CZIP_TRY_ASSIGN(auto pattern, Pattern::compile(kPattern));
    return PieceCounter(std::move(pattern));
  }

  Status add(std::span<const std::uint8_t> text) {
    std::string_view rest(reinterpret_cast<const char*>(text.data()), text.size());
    while (!rest.empty()) {
      const std::size_t size = valid_utf8_prefix(rest);
      CZIP_TRY(add_utf8(rest.substr(0, size)));
      // A byte that is not UTF-8 is a token by itself.
      rest.remove_prefix(std::min(size + 1, rest.size()));
    }
    return {};
  }

  [[nodiscard]] Result<std::vector<std::string>> train() const {
    return trainer_.train(kMergeableTokens);
  }

 private:
  explicit PieceCounter(Pattern pattern) : pattern_(std::move(pattern)) {}

  Status add_utf8(std::string_view text) {
    CZIP_TRY_ASSIGN(auto matcher, PatternMatcher::create(pattern_, text.size()));
    for (std::size_t at = 0; at < text.size();) {
      CZIP_TRY_ASSIGN(const auto match, matcher.find(text, at));
      CZIP_TRY(add_piece(text.substr(match.begin, match.end - match.begin)));
      at = match.end;
    }
    return {};
  }

  // In parts that the pair trainer takes, which are longer than any token worth having.
  Status add_piece(std::string_view piece) {
    for (std::size_t at = 0; at < piece.size(); at += v2::Tokenizer::kMaxTokenBytes)
      CZIP_TRY(trainer_.add_piece(piece.substr(at, v2::Tokenizer::kMaxTokenBytes)));
    return {};
  }

  Pattern pattern_;
  bpe::Trainer trainer_;
};

std::uint64_t bytes_of(const Corpus& corpus) {
  std::uint64_t bytes = 0;
  for (const Corpus::Source& source : corpus.sources()) bytes += source.text().size();
  return bytes;
}

// More text changes few tokens.
constexpr std::uint64_t kEnoughBytes = std::uint64_t{64} << 20;

Result<std::string> train(const Corpus& corpus) {
  CZIP_TRY_ASSIGN(auto counter, PieceCounter::create());
  const std::uint64_t stride = bytes_of(corpus) / kEnoughBytes + 1;
  std::uint64_t document = 0;
  CZIP_TRY(
      corpus.for_each_document([&](std::span<const std::uint8_t> text, bool held_out) -> Status {
        if (held_out || document++ % stride != 0) return {};
        return counter.add(text);
      }));
  CZIP_TRY_ASSIGN(const auto tokens, counter.train());
  return to_json(tokens);
}

}  // namespace
}  // namespace training

Result<std::string> train_tokenizer(const Corpus& corpus) try {
  return training::train(corpus);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to train a tokenizer");
}

}  // namespace czip::v1
