#include "czip/import/tokenizer/gguf.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "czip/base/in_quotes.hpp"
#include "czip/tokenizer/llm/tokenizer.hpp"
#include "tokenizer/source_vocabulary.hpp"

namespace czip::importer::gguf {
namespace {

constexpr std::string_view kModel = "tokenizer.ggml.model";
constexpr std::string_view kPre = "tokenizer.ggml.pre";
constexpr std::string_view kTokens = "tokenizer.ggml.tokens";
constexpr std::string_view kScores = "tokenizer.ggml.scores";
constexpr std::string_view kTypes = "tokenizer.ggml.token_type";
constexpr std::string_view kMerges = "tokenizer.ggml.merges";

// Values of token_type.
constexpr std::int64_t kNormal = 1;
constexpr std::int64_t kUserDefined = 4;
constexpr std::int64_t kByte = 6;

// What the values of `pre` mean. Those of one row have the same pattern in llama.cpp.
struct PreSplitting {
  std::string_view name;
  llm::Splitting splitting;
  bool whole_pieces = false;
};
constexpr std::array kPreSplittings{
    PreSplitting{"gpt-2", llm::Splitting::gpt2},
    PreSplitting{"phi-2", llm::Splitting::gpt2},
    PreSplitting{"mpt", llm::Splitting::gpt2},
    PreSplitting{"olmo", llm::Splitting::gpt2},
    PreSplitting{"llama-bpe", llm::Splitting::llama3, true},
    PreSplitting{"llama3", llm::Splitting::llama3, true},
    PreSplitting{"llama-v3", llm::Splitting::llama3, true},
    PreSplitting{"falcon3", llm::Splitting::llama3, true},
    PreSplitting{"lfm2", llm::Splitting::llama3, true},
    PreSplitting{"dbrx", llm::Splitting::llama3},
    PreSplitting{"smaug-bpe", llm::Splitting::llama3},
    PreSplitting{"qwen2", llm::Splitting::qwen2},
    PreSplitting{"deepseek-r1-qwen", llm::Splitting::qwen2},
    PreSplitting{"stablelm2", llm::Splitting::qwen2},
    PreSplitting{"megrez", llm::Splitting::qwen2},
    PreSplitting{"smollm", llm::Splitting::smollm},
    PreSplitting{"starcoder", llm::Splitting::smollm},
    PreSplitting{"refact", llm::Splitting::smollm},
    PreSplitting{"command-r", llm::Splitting::smollm},
    PreSplitting{"codeshell", llm::Splitting::smollm},
    PreSplitting{"exaone", llm::Splitting::smollm},
    PreSplitting{"minerva-7b", llm::Splitting::smollm},
    PreSplitting{"default", llm::Splitting::llama_cpp},
};

struct Kind {
  std::string_view model;
  Writing writing;
  llm::Start start;
  bool has_scores;
};
constexpr std::array kKinds{
    Kind{"llama", Writing::lower_block, llm::Start::characters, true},
    Kind{"gpt2", Writing::byte_characters, llm::Start::bytes, false},
    Kind{"gemma4", Writing::lower_block, llm::Start::characters, false},
};

Result<Kind> kind_of(const Metadata& metadata) {
  CZIP_TRY_ASSIGN(const auto model, metadata.string(kModel));
  const auto* const kind = std::ranges::find(kKinds, model, &Kind::model);
  if (kind == kKinds.end())
    return fail(ErrorCode::unsupported, "the tokenizer is of the kind " + in_quotes(model) +
                                            "; those that can be read are 'llama', 'gpt2' and "
                                            "'gemma4'");
  return *kind;
}

Result<llm::Settings> settings_of(const Metadata& metadata, const Kind& kind) {
  llm::Settings settings;
  settings.start = kind.start;
  if (kind.writing != Writing::byte_characters) {
    settings.splitting = kind.has_scores ? llm::Splitting::none : llm::Splitting::lines;
    settings.whole_pieces = false;
    return settings;
  }
  CZIP_TRY_ASSIGN(const auto pre, metadata.string_or(kPre, "default"));
  const auto* const found = std::ranges::find(kPreSplittings, pre, &PreSplitting::name);
  if (found == kPreSplittings.end())
    return fail(ErrorCode::unsupported,
                "metadata " + in_quotes(kPre) + " is " + in_quotes(pre) +
                    ", a way of splitting text that czip does not know; 'gpt-2', 'llama-bpe', "
                    "'qwen2', 'smollm' and 'default' are some that it does");
  settings.splitting = found->splitting;
  settings.whole_pieces = found->whole_pieces;
  return settings;
}

Result<std::optional<TokenId>> first_token(const Metadata& metadata, std::size_t size) {
  for (const std::string_view key : {"tokenizer.ggml.bos_token_id", "tokenizer.ggml.eos_token_id"})
    if (metadata.has(key)) {
      CZIP_TRY_ASSIGN(const auto id, metadata.count(key, size - 1));
      return std::optional(static_cast<TokenId>(id));
    }
  return std::optional<TokenId>();
}

TokenKind kind_of_type(std::int64_t type) {
  if (type == kByte) return TokenKind::byte;
  return type == kNormal || type == kUserDefined ? TokenKind::text : TokenKind::special;
}

Status wrong_count(std::string_view key, std::size_t count, std::size_t expected) {
  return fail(ErrorCode::corrupt, "metadata " + in_quotes(key) + " has " + std::to_string(count) +
                                      " elements, expected " + std::to_string(expected));
}

Result<SourceVocabulary> read_tokens(const Metadata& metadata, Writing writing) {
  CZIP_TRY_ASSIGN(const auto texts, metadata.strings(kTokens, llm::Tokenizer::kMaxTokens));
  if (texts.empty()) return error_of(wrong_count(kTokens, 0, 1));
  std::vector<std::int64_t> types(texts.size(), kNormal);
  if (metadata.has(kTypes)) {
    CZIP_TRY_ASSIGN(types, metadata.integers(kTypes, llm::Tokenizer::kMaxTokens));
    if (types.size() != texts.size())
      return error_of(wrong_count(kTypes, types.size(), texts.size()));
  }
  SourceVocabulary vocabulary(static_cast<std::uint32_t>(texts.size()), writing);
  for (std::size_t id = 0; id < texts.size(); ++id)
    CZIP_TRY(vocabulary.add(static_cast<TokenId>(id), texts[id], kind_of_type(types[id])));
  return vocabulary;
}

Status read_merges(const Metadata& metadata, SourceVocabulary& vocabulary) {
  CZIP_TRY_ASSIGN(const auto merges, metadata.strings(kMerges, llm::Tokenizer::kMaxMerges));
  for (const std::string_view merge : merges) {
    // The left token is not empty, so it may begin with a space, but cannot be one.
    const std::size_t space = merge.find(' ', 1);
    if (space == merge.npos || space + 1 == merge.size())
      return fail(ErrorCode::corrupt, "metadata " + in_quotes(kMerges) + " has " +
                                          in_quotes(merge) +
                                          ", expected two texts with a space "
                                          "between them");
    CZIP_TRY(vocabulary.add_merge(merge.substr(0, space), merge.substr(space + 1)));
  }
  return {};
}

}  // namespace

Result<llm::Description> read_tokenizer(const Metadata& metadata) try {
  CZIP_TRY_ASSIGN(const Kind kind, kind_of(metadata));
  CZIP_TRY_ASSIGN(auto settings, settings_of(metadata, kind));
  CZIP_TRY_ASSIGN(auto vocabulary, read_tokens(metadata, kind.writing));
  CZIP_TRY_ASSIGN(settings.first_token, first_token(metadata, vocabulary.size()));
  if (!kind.has_scores) {
    CZIP_TRY(read_merges(metadata, vocabulary));
    return vocabulary.with_merges(settings);
  }
  CZIP_TRY_ASSIGN(const auto scores, metadata.single_bits(kScores, llm::Tokenizer::kMaxTokens));
  if (scores.size() != vocabulary.size())
    return error_of(wrong_count(kScores, scores.size(), vocabulary.size()));
  return vocabulary.with_scores(settings, scores);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory for the tokenizer");
}

}  // namespace czip::importer::gguf
