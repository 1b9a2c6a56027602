#include "llm/merge_table.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "bpe/limits.hpp"
#include "bpe/token_splits.hpp"
#include "czip/tokenizer/llm/tokenizer.hpp"

namespace czip::llm {
namespace {

// A merge's number takes the place of a token's id in the table.
static_assert(Tokenizer::kMaxMerges <= bpe::kMaxTokenIds);

std::string named(std::size_t merge) { return "the tokenizer's merge " + std::to_string(merge); }

Status check_different(std::vector<std::uint64_t> packed) {
  std::sort(packed.begin(), packed.end());
  const auto twin =
      std::adjacent_find(packed.begin(), packed.end(), [](std::uint64_t a, std::uint64_t b) {
        return a >> bpe::kTokenIdBits == b >> bpe::kTokenIdBits;
      });
  if (twin == packed.end()) return {};
  constexpr std::uint64_t kMergeMask = bpe::kMaxTokenIds - 1;
  return fail(ErrorCode::corrupt, named(*(twin + 1) & kMergeMask) + " is that of number " +
                                      std::to_string(*twin & kMergeMask));
}

}  // namespace

Result<MergeTable> MergeTable::of_pairs(const Vocabulary& vocabulary,
                                        const std::vector<std::uint32_t>& merges) {
  if (merges.size() % 2 != 0)
    return fail(ErrorCode::corrupt, "the tokenizer's last merge has only one token");
  const std::size_t count = merges.size() / 2;
  if (count > Tokenizer::kMaxMerges)
    return fail(ErrorCode::unsupported, "the tokenizer has " + std::to_string(count) +
                                            " merges; at most 2^20 are possible");
  MergeTable table;
  std::vector<std::uint64_t> packed;
  packed.reserve(count);
  table.results_.reserve(count + 1);
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) {
    const TokenId left = merges[2 * i];
    const TokenId right = merges[2 * i + 1];
    for (const TokenId id : {left, right})
      if (vocabulary.bytes(id).empty())
        return fail(ErrorCode::corrupt, named(i) + " is of the id " + std::to_string(id) +
                                            ", which is no token of text");
    bytes.assign(vocabulary.bytes(left)).append(vocabulary.bytes(right));
    const TokenId result = vocabulary.find(bytes);
    if (result == kNone)
      return fail(ErrorCode::corrupt, named(i) + ", of the tokens " + std::to_string(left) +
                                          " and " + std::to_string(right) + ", gives no token");
    packed.push_back(bpe::PairTable::pack(left, right, static_cast<std::uint32_t>(i)));
    table.results_.push_back(result);
  }
  CZIP_TRY(check_different(packed));
  table.results_.push_back(kNone);  // so that the list is not empty where there are no merges
  const Status status = table.pairs_.build(packed);
  if (!status) return fail(status.error().code, "the tokenizer's merges collide in a hash table");
  return table;
}

Result<MergeTable> MergeTable::of_tokens(const Vocabulary& vocabulary,
                                         const std::vector<std::uint32_t>& order) {
  if (order.size() != vocabulary.size())
    return fail(ErrorCode::corrupt, "the order of the tokenizer's tokens has " +
                                        std::to_string(order.size()) + " numbers, expected " +
                                        std::to_string(vocabulary.size()));
  MergeTable table;
  table.ranks_ = order;
  CZIP_TRY_ASSIGN(const auto splits,
                  bpe::all_token_splits(vocabulary.ids(), vocabulary.all_bytes()));
  const Status status = table.pairs_.build(splits);
  if (!status) return fail(status.error().code, "the tokenizer's tokens collide in a hash table");
  return table;
}

}  // namespace czip::llm
