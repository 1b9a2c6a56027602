// The prior of a language model: how the sources of a corpus share its tokens.
#include "czip/training/v2/language_model_prior.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "czip/codec/v2/model/parts.hpp"
#include "czip/engine/simd.hpp"
#include "czip/tokenizer/token_id.hpp"
#include "czip/training/corpus.hpp"
#include "support/bytes.hpp"
#include "support/results.hpp"
#include "support/v2_language_model.hpp"

namespace czip::v2 {
namespace {

using test::value_of;

const llm::Tokenizer& tokenizer() {
  return value_of(language_model_of(test::tiny_language_model_v2().parts(), best_simd_level()))
      ->tokenizer;
}

// Sources, each of documents.
Corpus corpus_of(const std::vector<std::vector<std::string>>& sources) {
  Corpus corpus;
  for (const auto& documents : sources) {
    corpus.begin_source();
    for (const std::string& document : documents)
      test::insist(corpus.add_document(test::to_bytes(document)));
  }
  return corpus;
}

std::string text_of(const std::vector<TokenId>& tokens) {
  std::string text;
  for (const TokenId id : tokens) text += tokenizer().token(id);
  return text;
}

std::string prior_text(const Corpus& corpus, std::size_t most) {
  const auto tokens = value_of(language_model_prior(corpus, tokenizer(), most));
  CHECK(tokens.size() <= most);
  return text_of(tokens);
}

// The tokenizer has no pairs of digits.
std::string digits(std::size_t count, char digit) { return std::string(count, digit); }

TEST_CASE("a corpus that is short enough is the prior, in its order") {
  const Corpus corpus = corpus_of({{"the ", "house\n"}, {}, {"on the hill\n"}});
  CHECK(prior_text(corpus, 1000) == "the house\non the hill\n");
  CHECK(prior_text(Corpus(), 1000).empty());
  // The documents of a source are one text: "th" is a token.
  std::vector<TokenId> whole;
  test::insist(tokenizer().encode(test::to_bytes("the"), whole));
  CHECK(value_of(language_model_prior(corpus_of({{"t", "he"}}), tokenizer())) == whole);
}

TEST_CASE("sources share alike, and what short ones leave is for later ones") {
  const Corpus alike = corpus_of({{digits(100, '1')}, {digits(100, '2')}, {digits(100, '3')}});
  CHECK(prior_text(alike, 30) == digits(10, '1') + digits(10, '2') + digits(10, '3'));
  CHECK(prior_text(alike, 31) == digits(10, '1') + digits(10, '2') + digits(11, '3'));
  CHECK(prior_text(alike, 2) == "23");
  CHECK(prior_text(alike, 0).empty());
  const Corpus mixed = corpus_of({{digits(4, '1')}, {digits(100, '2')}, {}, {digits(100, '3')}});
  CHECK(prior_text(mixed, 40) == digits(4, '1') + digits(12, '2') + digits(24, '3'));
}

TEST_CASE("of a large source, its beginning counts, whatever its documents") {
  const std::string large = digits(300'000, '1') + digits(300'000, '2');
  const std::size_t most = 400'000;
  const std::string wanted = large.substr(0, most);
  CHECK(prior_text(corpus_of({{large}}), most) == wanted);
  std::vector<std::string> documents;
  for (std::size_t at = 0; at < large.size(); at += 1000)
    documents.push_back(large.substr(at, 1000));
  CHECK(prior_text(corpus_of({documents}), most) == wanted);
  CHECK(value_of(language_model_prior(corpus_of({documents, documents}), tokenizer())).size() ==
        kMaxLlmPriorTokens);
}

}  // namespace
}  // namespace czip::v2
