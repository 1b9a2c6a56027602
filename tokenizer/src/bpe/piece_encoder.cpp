// Why cutting a piece is exact.
//
// Write M(s) for the tokens that merging makes of the bytes s.
//
// Lemma. Tokens t1 .. tn (n > 1) are M(t1 .. tn) if and only if M(ti ti+1) = ti ti+1 for each two
// neighbours. Merging never splits a token. As long as no merge crosses the ends of a stretch of
// bytes, the merges inside it are those of the stretch alone, in the same order, since the least
// rank (leftmost of equals) of all is the least of its stretch. So if ti are the tokens of the
// whole, nothing crossed their ends, and each two neighbours alone went the same way. Conversely,
// the first merge to cross an end between ti and ti+1 would also happen in M(ti ti+1), which it
// does not; so none does, and the whole goes the way of its pairs.
//
// The lemma asks nothing of the vocabulary. It has two consequences. First, if M(s) has a boundary
// at i, then its tokens before i are M(s[0, i)) and those after i are M(s[i, end)). Second, tokens
// that are M of their bytes may be put behind others that are, if the two at the seam stay apart.
//
// Let the tokens of a window s[0, w) have a boundary at x, after token t, and let L be the length
// of the longest token. M(s) has a boundary i in (w - L, w], since no token spans all of that. If
// for EVERY such i the first token of M(s[x, i)) stays apart from t, then whichever i it is, M(s[0,
// i)) has the boundary x, and so has M(s): the tokens before x stand whatever follows, and what
// follows x may be merged by itself.
#include "bpe/piece_encoder.hpp"

#include <algorithm>
#include <optional>

namespace czip::bpe {

WindowLimits WindowLimits::for_vocabulary(const Vocabulary& vocabulary) {
  const std::size_t longest = vocabulary.longest_token();
  // Proving a cut merges some 1.5 * longest^2 bytes: the window makes that a fraction of the work.
  // The largest window bounds the memory even for a hostile vocabulary, in which the end of a piece
  // may decide about its beginning.
  return {.window = std::clamp<std::size_t>(8 * longest * longest, std::size_t{4} << 10,
                                            std::size_t{1} << 20),
          .look_behind = longest,
          .max_window = std::size_t{64} << 20};
}

Result<std::size_t> PieceEncoder::encode_front(std::string_view piece, std::vector<TokenId>& out) {
  for (std::size_t window = limits_.window; window < piece.size(); window *= 2) {
    if (window > limits_.max_window) {
      return fail(ErrorCode::unsupported, "the tokenizer has to see more than " +
                                              std::to_string(limits_.max_window) +
                                              " bytes of unbroken text at once");
    }
    window_tokens_.clear();
    merger_.merge(piece.substr(0, window), window_tokens_);
    const Cut cut = find_cut(piece, window);
    if (cut.tokens == 0) continue;
    out.insert(out.end(), window_tokens_.begin(),
               window_tokens_.begin() + static_cast<std::ptrdiff_t>(cut.tokens));
    return cut.bytes;
  }
  merger_.merge(piece, out);
  return piece.size();
}

PieceEncoder::Cut PieceEncoder::find_cut(std::string_view piece, std::size_t window) {
  for (std::size_t behind = limits_.look_behind; behind < window; behind = behind * 4 + 1) {
    const Cut cut = last_boundary(window, vocabulary_->longest_token() + behind);
    if (cut.tokens == 0) break;
    if (is_safe(piece, window, cut)) return cut;
  }
  return {0, 0};
}

PieceEncoder::Cut PieceEncoder::last_boundary(std::size_t window, std::size_t distance) const {
  Cut cut{window_tokens_.size(), window};
  while (cut.tokens > 0 && window - cut.bytes < distance) {
    --cut.tokens;
    cut.bytes -= vocabulary_->bytes(window_tokens_[cut.tokens]).size();
  }
  return cut;
}

bool PieceEncoder::is_safe(std::string_view piece, std::size_t window, Cut cut) {
  const TokenId before = window_tokens_[cut.tokens - 1];
  std::optional<TokenId> proven;  // the tails mostly begin with the same token
  for (std::size_t end = window; end + vocabulary_->longest_token() > window; --end) {
    tail_tokens_.clear();
    merger_.merge(piece.substr(cut.bytes, end - cut.bytes), tail_tokens_);
    if (proven == tail_tokens_.front()) continue;
    if (!stay_apart(before, tail_tokens_.front())) return false;
    proven = tail_tokens_.front();
  }
  return true;
}

bool PieceEncoder::stay_apart(TokenId left, TokenId right) {
  pair_bytes_.clear();
  for (const std::string_view bytes : {vocabulary_->bytes(left), vocabulary_->bytes(right)}) {
    pair_bytes_.insert(pair_bytes_.end(), bytes.begin(), bytes.end());
  }
  pair_tokens_.clear();
  merger_.merge({pair_bytes_.data(), pair_bytes_.size()}, pair_tokens_);
  return pair_tokens_.size() == 2 && pair_tokens_[0] == left && pair_tokens_[1] == right;
}

}  // namespace czip::bpe
