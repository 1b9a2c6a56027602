#include "bpe/token_splits.hpp"

#include <algorithm>
#include <string>

#include "bpe/vocabulary.hpp"

namespace czip::bpe {
namespace {

using Views = std::vector<std::string_view>;

// In the order of their bytes every token follows its prefixes, so a stack of the prefixes of the
// token at hand gives the longest one. The same from the back for suffixes. Tokens without one get
// kNoTokenId. The work is that of the sort: no token is looked up, so long tokens cost no more than
// their bytes.
template <class Less, class IsAffix>
std::vector<TokenId> longest_affixes(std::vector<TokenId>& ids, std::size_t id_count, Less less,
                                     IsAffix is_affix) {
  std::sort(ids.begin(), ids.end(), less);
  std::vector<TokenId> longest(id_count, kNoTokenId);
  std::vector<TokenId> open;
  for (const TokenId id : ids) {
    while (!open.empty() && !is_affix(open.back(), id)) open.pop_back();
    if (!open.empty()) longest[id] = open.back();
    open.push_back(id);
  }
  return longest;
}

}  // namespace

Result<std::vector<std::uint64_t>> all_token_splits(const std::vector<TokenId>& ids,
                                                    const Views& bytes_of) {
  std::vector<TokenId> order = ids;
  const std::vector<TokenId> prefix = longest_affixes(
      order, bytes_of.size(), [&](TokenId a, TokenId b) { return bytes_of[a] < bytes_of[b]; },
      [&](TokenId affix, TokenId id) { return bytes_of[id].starts_with(bytes_of[affix]); });
  const auto twin = std::adjacent_find(
      order.begin(), order.end(), [&](TokenId a, TokenId b) { return bytes_of[a] == bytes_of[b]; });
  if (twin != order.end()) {
    return fail(ErrorCode::corrupt, "tokens " + std::to_string(*twin) + " and " +
                                        std::to_string(*(twin + 1)) + " have the same bytes");
  }
  const std::vector<TokenId> suffix = longest_affixes(
      order, bytes_of.size(),
      [&](TokenId a, TokenId b) {
        return std::lexicographical_compare(bytes_of[a].rbegin(), bytes_of[a].rend(),
                                            bytes_of[b].rbegin(), bytes_of[b].rend());
      },
      [&](TokenId affix, TokenId id) { return bytes_of[id].ends_with(bytes_of[affix]); });

  std::vector<std::uint64_t> splits;
  std::vector<TokenId> suffixes;  // of one token, the shortest last
  for (const TokenId id : ids) {
    suffixes.clear();
    for (TokenId s = suffix[id]; s != kNoTokenId; s = suffix[s]) suffixes.push_back(s);
    for (TokenId p = prefix[id]; p != kNoTokenId; p = prefix[p]) {
      const std::size_t wanted = bytes_of[id].size() - bytes_of[p].size();
      while (!suffixes.empty() && bytes_of[suffixes.back()].size() < wanted) suffixes.pop_back();
      if (suffixes.empty()) break;
      if (bytes_of[suffixes.back()].size() > wanted) continue;
      if (splits.size() == kMaxTokenPairs) {
        return fail(ErrorCode::unsupported, "the tokens split in too many ways");
      }
      splits.push_back(PairTable::pack(p, suffixes.back(), id));
    }
  }
  return splits;
}

}  // namespace czip::bpe
