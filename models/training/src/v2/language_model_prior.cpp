#include "czip/training/v2/language_model_prior.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/tokenizer/llm/tokenizer.hpp"
#include "czip/tokenizer/token_id.hpp"
#include "czip/training/corpus.hpp"

namespace czip::v2 {
namespace {

// Encoded at once: many small documents, for their ends may be in the middle of a token of the
// text, but never all of a large source.
constexpr std::size_t kPieceBytes = std::size_t{1} << 16;

Status add_source(const Corpus::Source& source, const llm::Tokenizer& tokenizer, std::size_t share,
                  std::vector<TokenId>& tokens) {
  const std::size_t end = tokens.size() + share;
  std::size_t begin = 0;  // of the piece
  for (std::size_t d = 0; d < source.documents() && tokens.size() < end;) {
    std::size_t size = 0;
    while (d < source.documents() && size < kPieceBytes) size += source.document(d++).size();
    CZIP_TRY(tokenizer.encode(source.text().subspan(begin, size), tokens));
    begin += size;
  }
  tokens.resize(std::min(tokens.size(), end));
  return {};
}

}  // namespace

Result<std::vector<TokenId>> language_model_prior(const Corpus& corpus,
                                                  const llm::Tokenizer& tokenizer,
                                                  std::size_t most) {
  std::vector<TokenId> tokens;
  std::size_t sources = corpus.sources().size();
  for (const Corpus::Source& source : corpus.sources())
    CZIP_TRY(add_source(source, tokenizer, (most - tokens.size()) / sources--, tokens));
  return tokens;
}

}  // namespace czip::v2
