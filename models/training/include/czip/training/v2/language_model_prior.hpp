// The prior of a public language model: the tokens of a corpus that every block is coded after
// (conformance/czip-v2-llm-coding.md, section 2).
#pragma once

#include <cstddef>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/model/language_model.hpp"
#include "czip/tokenizer/llm/tokenizer.hpp"
#include "czip/tokenizer/token_id.hpp"
#include "czip/training/corpus.hpp"

namespace czip::v2 {

// The sources' tokens, in the order of the corpus, at most `most`. Each source has an equal share
// of them, from its beginning; what a short one leaves is for those behind it. Texts are read as
// far as they are wanted. Error: out_of_memory.
Result<std::vector<TokenId>> language_model_prior(const Corpus& corpus,
                                                  const llm::Tokenizer& tokenizer,
                                                  std::size_t most = kMaxLlmPriorTokens);

}  // namespace czip::v2
