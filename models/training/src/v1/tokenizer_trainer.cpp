// Training of a czip-model-v1 tokenizer by byte-pair encoding (Sennrich et al. 2016): text is split
// by the pattern that the tokenizer will have, and the pieces' bytes are merged by frequency.
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "czip/base/utf8.hpp"
#include "czip/codec/v1/model.hpp"
#include "czip/engine/json_string.hpp"
#include "czip/tokenizer/bpe/trainer.hpp"
#include "czip/tokenizer/v1/piece_splitter.hpp"
#include "czip/training/v1/model_trainer.hpp"
#include "v1/format.hpp"

namespace czip::v1 {
namespace training {
namespace {

// Splits like the pattern of GPT-4: contractions; words, numbers and punctuation with the space
// before them; line ends; white space without the space that belongs to the next word. It uses only
// syntax that both PCRE2 and Rust's fancy-regex have.
constexpr std::string_view kPattern =
    R"('(?i:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++|[\r\n]++|[^\S\r\n]+(?!\S)|\s)";

constexpr std::uint32_t kSpecialTokens = 2;
constexpr std::uint32_t kMergeableTokens = kVocabulary - kSpecialTokens;
static_assert(kReferenceFirstToken == kMergeableTokens);

std::string to_json(const std::vector<std::string>& tokens) {
  std::string json = R"({"name":"czip-trained","pat_str":)" + json_string(std::string(kPattern));
  json += R"(,"mergeable_ranks":{)";
  // The JSON writes each byte as the code point of the same number.
  for (std::size_t id = 0; id < tokens.size(); ++id) {
    if (id != 0) json += ',';
    json += json_string(utf8_from_latin1(tokens[id])) + ':' + std::to_string(id);
  }
  json += R"(},"special_tokens":{)" + json_string(std::string(kFirstTokenName)) + ':' +
          std::to_string(kMergeableTokens);
  json += R"(,"<|eos|>":)" + std::to_string(kMergeableTokens + 1);
  json += R"(},"explicit_n_vocab":)" + std::to_string(kVocabulary) + '}';
  return json;
}

// Longer pieces are cut, because so long a token would not be worth its id.
constexpr std::size_t kMaxTokenBytes = 64;

Status add_piece(std::string_view piece, bpe::Trainer& pairs) {
  for (std::size_t at = 0; at < piece.size(); at += kMaxTokenBytes)
    CZIP_TRY(pairs.add_piece(piece.substr(at, kMaxTokenBytes)));
  return {};
}

std::uint64_t bytes_of(const Corpus& corpus) {
  std::uint64_t bytes = 0;
  for (const Corpus::Source& source : corpus.sources()) bytes += source.text().size();
  return bytes;
}

// More text changes few tokens.
constexpr std::uint64_t kEnoughBytes = std::uint64_t{64} << 20;

Result<std::string> train(const Corpus& corpus, const PassReport& report) {
  CZIP_TRY_ASSIGN(auto splitter, PieceSplitter::create(kPattern));
  bpe::Trainer pairs;
  const std::uint64_t bytes = bytes_of(corpus);
  const std::uint64_t stride = bytes / kEnoughBytes + 1;
  std::uint64_t document = 0;
  std::uint64_t done = 0;
  CZIP_TRY(
      corpus.for_each_document([&](std::span<const std::uint8_t> text, bool held_out) -> Status {
        // To count the pieces and to merge them is half of the work each.
        if (report) CZIP_TRY(report(done, 2 * bytes));
        done += text.size();
        if (held_out || document++ % stride != 0) return {};
        return splitter.for_each_piece(
            text, [&](std::string_view piece) { return add_piece(piece, pairs); });
      }));
  CZIP_TRY_ASSIGN(
      const auto tokens,
      pairs.train_at_most(kMergeableTokens, [&](std::uint64_t made, std::uint64_t wanted) {
        return report ? report(bytes + bytes * made / wanted, 2 * bytes) : Status{};
      }));
  if (tokens.size() == kMergeableTokens) return to_json(tokens);
  return fail(ErrorCode::invalid_argument, "the text is too short: a czip-model-v1 always has " +
                                               std::to_string(kVocabulary) +
                                               " tokens, and pairs seen at least twice make " +
                                               std::to_string(tokens.size() + kSpecialTokens) +
                                               "; give more text, or train a czip-model-v2");
}

}  // namespace
}  // namespace training

Result<std::string> train_tokenizer(const Corpus& corpus, const PassReport& report) try {
  return training::train(corpus, report);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to train a tokenizer");
}

}  // namespace czip::v1
