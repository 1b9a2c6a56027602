#include "czip/import/tokenizer/json.hpp"

#include <array>
#include <cstddef>
#include <new>
#include <set>
#include <string>
#include <variant>

#include "czip/base/in_quotes.hpp"
#include "czip/import/hugging_face/json_fields.hpp"
#include "czip/tokenizer/llm/tokenizer.hpp"
#include "tokenizer/json_splitting.hpp"
#include "tokenizer/source_vocabulary.hpp"

namespace czip::importer {
namespace {

constexpr std::string_view kFile = "tokenizer.json";
constexpr std::string_view kVocabulary = "model.vocab.";
constexpr JsonLimits kLimits{
    .bytes = std::size_t{64} << 20, .fields = std::size_t{1} << 21, .depth = 8, .name_bytes = 8192};

Status check_model(const JsonFields& fields) {
  CZIP_TRY_ASSIGN(const auto type, fields.string_or("model.type", "BPE"));
  if (type != "BPE")
    return fail(ErrorCode::unsupported, std::string(kFile) + ": the model is of the type " +
                                            in_quotes(type) + "; only 'BPE' can be read");
  for (const std::string_view name :
       {"model.continuing_subword_prefix", "model.end_of_word_suffix"}) {
    CZIP_TRY_ASSIGN(const auto affix, fields.string_or(name, ""));
    if (!affix.empty())
      return fail(ErrorCode::unsupported, std::string(kFile) + ": " + in_quotes(name) + " is " +
                                              in_quotes(affix) + ", which czip does not know");
  }
  return {};
}

// Tokens that are to have no bytes though the model's vocabulary has them.
Result<std::set<std::string, std::less<>>> special_texts(const JsonFields& fields) {
  std::set<std::string, std::less<>> texts;
  for (std::size_t i = 0;; ++i) {
    const std::string token = "added_tokens." + std::to_string(i) + ".";
    if (!fields.has(token + "content")) return texts;
    CZIP_TRY_ASSIGN(const auto is_special, fields.boolean_or(token + "special", false));
    CZIP_TRY_ASSIGN(const auto text, fields.string(token + "content"));
    if (is_special) texts.emplace(text);
  }
}

Result<SourceVocabulary> read_tokens(const JsonFields& fields, std::uint32_t size,
                                     Writing writing) {
  CZIP_TRY_ASSIGN(const auto special, special_texts(fields));
  SourceVocabulary vocabulary(size, writing);
  // Bytes have the names "<0x00>" to "<0xFF>" where characters are what tokens are made of.
  const bool has_byte_names = writing == Writing::lower_block;
  for (auto field = fields.all().lower_bound(kVocabulary);
       field != fields.all().end() && field->first.starts_with(kVocabulary); ++field) {
    const std::string_view text = std::string_view(field->first).substr(kVocabulary.size());
    CZIP_TRY_ASSIGN(const auto id, fields.count(field->first, size - 1));
    const bool is_byte = has_byte_names && named_byte(text);
    const TokenKind kind = special.contains(text) ? TokenKind::special
                           : is_byte              ? TokenKind::byte
                                                  : TokenKind::text;
    CZIP_TRY(vocabulary.add(static_cast<TokenId>(id), text, kind));
  }
  return vocabulary;
}

// Each is one string with a space in between, or an array of two.
Status read_merges(const JsonFields& fields, SourceVocabulary& vocabulary) {
  for (std::size_t i = 0;; ++i) {
    const std::string name = "model.merges." + std::to_string(i);
    if (fields.has(name)) {
      CZIP_TRY_ASSIGN(const auto merge, fields.string(name));
      const std::size_t space = merge.find(' ', 1);
      if (space == merge.npos || space + 1 == merge.size())
        return fail(ErrorCode::corrupt, std::string(kFile) + ": " + in_quotes(name) + " is " +
                                            in_quotes(merge) +
                                            ", expected two texts with a space between them");
      CZIP_TRY(vocabulary.add_merge(merge.substr(0, space), merge.substr(space + 1)));
    } else if (fields.has(name + ".0")) {
      CZIP_TRY_ASSIGN(const auto left, fields.string(name + ".0"));
      CZIP_TRY_ASSIGN(const auto right, fields.string(name + ".1"));
      CZIP_TRY(vocabulary.add_merge(left, right));
    } else {
      return {};
    }
  }
}

}  // namespace

Result<llm::Description> parse_tokenizer_json(std::string_view json,
                                              const TokenizerFacts& facts) try {
  if (facts.vocabulary_size == 0 || facts.vocabulary_size > llm::Tokenizer::kMaxTokens)
    return fail(ErrorCode::unsupported, "a vocabulary of " + std::to_string(facts.vocabulary_size) +
                                            " tokens; 1 to 2^20 are possible");
  CZIP_TRY_ASSIGN(const auto fields, JsonFields::parse(json, kFile, kLimits));
  CZIP_TRY(check_model(fields));
  CZIP_TRY_ASSIGN(const auto splitting, read_splitting(fields, kFile));
  llm::Settings settings;
  settings.start = splitting.on_bytes ? llm::Start::bytes : llm::Start::characters;
  settings.splitting = splitting.rule;
  settings.first_token = facts.first_token;
  CZIP_TRY_ASSIGN(settings.whole_pieces, fields.boolean_or("model.ignore_merges", false));
  const Writing writing = splitting.on_bytes ? Writing::byte_characters : Writing::lower_block;
  CZIP_TRY_ASSIGN(auto vocabulary, read_tokens(fields, facts.vocabulary_size, writing));
  CZIP_TRY(read_merges(fields, vocabulary));
  return vocabulary.with_merges(settings);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory for " + std::string(kFile));
}

}  // namespace czip::importer
