// The JSON of a tokenizer, read into memory.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "bpe/vocabulary.hpp"
#include "czip/base/error.hpp"

namespace czip::v1 {

struct TokenizerDescription {
  std::string pattern;                          // pat_str
  std::vector<bpe::TokenDefinition> mergeable;  // mergeable_ranks; the id is the rank
  std::vector<bpe::TokenDefinition> special;    // special_tokens
  std::size_t id_count = 0;                     // explicit_n_vocab; 0: not given
};

// Checks the shape of the JSON and the range of each value; not yet how they fit together. May
// throw std::bad_alloc.
Result<TokenizerDescription> parse_tokenizer_json(std::string_view json);

}  // namespace czip::v1
