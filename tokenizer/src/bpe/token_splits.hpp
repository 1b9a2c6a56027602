// Every way to put a token together from two others.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/tokenizer/token_id.hpp"

namespace czip::bpe {

// All (left, right, merged) among the tokens `ids`, packed by PairTable::pack; an error if two
// tokens have the same bytes or there are more than kMaxTokenPairs.
Result<std::vector<std::uint64_t>> all_token_splits(const std::vector<TokenId>& ids,
                                                    const std::vector<std::string_view>& bytes_of);

}  // namespace czip::bpe
