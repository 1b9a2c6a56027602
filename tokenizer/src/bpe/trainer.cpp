#include "czip/tokenizer/bpe/trainer.hpp"

#include <new>
#include <queue>
#include <utility>

namespace czip::bpe {
namespace {

constexpr std::uint32_t kNone = 0xFFFFFFFFU;

// The pieces, as tokens, and all pairs of neighbours in them.
class PairMerging {
 public:
  PairMerging();

  void add_piece(std::string_view piece, std::uint64_t count);

  // Merges the most frequent pair, everywhere, into a token, which is a new one unless a token has
  // its bytes already. False if no pair is seen twice.
  bool merge_most_frequent();

  [[nodiscard]] const std::vector<std::string>& tokens() const { return tokens_; }

 private:
  // The tokens of a piece are symbols_[begin, begin + size).
  struct Piece {
    std::size_t begin;
    std::uint64_t count;
    std::uint32_t size;
  };

  struct Pair {
    TokenId left;
    TokenId right;
    std::uint64_t count = 0;
    std::uint32_t pieces = kNone;  // list of pieces that have or had the pair
    bool has_grown = false;
  };

  // A piece in the list of a pair.
  struct PieceNode {
    std::uint32_t piece;
    std::uint32_t next;
  };

  // A pair with a count that it had once. The true count is no higher, because a new candidate is
  // made whenever it grows.
  struct Candidate {
    std::uint64_t count;
    TokenId left;
    TokenId right;
    std::uint32_t pair;

    // Whether this candidate comes after `other`.
    bool operator<(const Candidate& other) const {
      if (count != other.count) return count < other.count;
      if (left != other.left) return left > other.left;
      return right > other.right;
    }
  };

  std::uint32_t pair_index(TokenId left, TokenId right);
  void add_pair(TokenId left, TokenId right, std::uint32_t piece);
  void subtract_pair(TokenId left, TokenId right, std::uint64_t count);
  void add_piece_to(Pair& pair, std::uint32_t piece);
  void push_grown();
  TokenId token_of(const Pair& pair);
  void merge_in(std::uint32_t piece, TokenId left, TokenId right, TokenId merged);

  std::vector<std::string> tokens_;
  std::unordered_map<std::string, TokenId> ids_;
  std::vector<TokenId> symbols_;
  std::vector<Piece> pieces_;
  std::vector<Pair> pairs_;
  std::unordered_map<std::uint64_t, std::uint32_t> pair_indices_;
  std::vector<PieceNode> nodes_;
  std::uint32_t free_node_ = kNone;
  std::vector<std::uint32_t> grown_;  // pairs without a candidate of their present count
  std::priority_queue<Candidate> candidates_;
};

PairMerging::PairMerging() {
  for (TokenId byte = 0; byte < kByteValues; ++byte) {
    tokens_.emplace_back(1, static_cast<char>(byte));
    ids_.emplace(tokens_.back(), byte);
  }
}

void PairMerging::add_piece(std::string_view piece, std::uint64_t count) {
  if (piece.size() < 2) return;
  const auto index = static_cast<std::uint32_t>(pieces_.size());
  pieces_.push_back({symbols_.size(), count, static_cast<std::uint32_t>(piece.size())});
  for (const char byte : piece) symbols_.push_back(static_cast<unsigned char>(byte));
  const TokenId* symbols = symbols_.data() + pieces_.back().begin;
  for (std::size_t i = 0; i + 1 < piece.size(); ++i) add_pair(symbols[i], symbols[i + 1], index);
}

bool PairMerging::merge_most_frequent() {
  push_grown();
  while (!candidates_.empty()) {
    Candidate top = candidates_.top();
    candidates_.pop();
    Pair& pair = pairs_[top.pair];
    if (pair.count < 2) continue;
    if (pair.count != top.count) {
      top.count = pair.count;
      candidates_.push(top);
      continue;
    }
    const TokenId merged = token_of(pair);
    // Merging adds pairs, which may move them all, and never this one.
    std::uint32_t node = std::exchange(pair.pieces, kNone);
    while (node != kNone) {
      const PieceNode at = nodes_[node];
      merge_in(at.piece, top.left, top.right, merged);
      nodes_[node].next = std::exchange(free_node_, node);
      node = at.next;
    }
    return true;
  }
  return false;
}

std::uint32_t PairMerging::pair_index(TokenId left, TokenId right) {
  const auto [entry, is_new] = pair_indices_.try_emplace((std::uint64_t{left} << 32) | right,
                                                         static_cast<std::uint32_t>(pairs_.size()));
  if (is_new) pairs_.push_back({left, right});
  return entry->second;
}

void PairMerging::add_pair(TokenId left, TokenId right, std::uint32_t piece) {
  const std::uint32_t index = pair_index(left, right);
  Pair& pair = pairs_[index];
  pair.count += pieces_[piece].count;
  add_piece_to(pair, piece);
  if (!std::exchange(pair.has_grown, true)) grown_.push_back(index);
}

void PairMerging::subtract_pair(TokenId left, TokenId right, std::uint64_t count) {
  pairs_[pair_index(left, right)].count -= count;
}

void PairMerging::add_piece_to(Pair& pair, std::uint32_t piece) {
  if (pair.pieces != kNone && nodes_[pair.pieces].piece == piece) return;
  if (free_node_ != kNone) {
    const std::uint32_t node = free_node_;
    free_node_ = nodes_[node].next;
    nodes_[node] = {piece, pair.pieces};
    pair.pieces = node;
  } else {
    nodes_.push_back({piece, pair.pieces});
    pair.pieces = static_cast<std::uint32_t>(nodes_.size() - 1);
  }
}

void PairMerging::push_grown() {
  for (const std::uint32_t index : grown_) {
    Pair& pair = pairs_[index];
    pair.has_grown = false;
    candidates_.push({pair.count, pair.left, pair.right, index});
  }
  grown_.clear();
}

TokenId PairMerging::token_of(const Pair& pair) {
  std::string bytes = tokens_[pair.left] + tokens_[pair.right];
  const auto [entry, is_new] = ids_.try_emplace(bytes, static_cast<TokenId>(tokens_.size()));
  if (is_new) tokens_.push_back(std::move(bytes));
  return entry->second;
}

// A piece in the list may have lost the pair to other merges; then nothing happens.
void PairMerging::merge_in(std::uint32_t index, TokenId left, TokenId right, TokenId merged) {
  Piece& piece = pieces_[index];
  TokenId* symbols = symbols_.data() + piece.begin;
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < piece.size; ++i, ++kept) {
    const bool is_pair = i + 1 < piece.size && symbols[i] == left && symbols[i + 1] == right;
    if (!is_pair) {
      symbols[kept] = symbols[i];
      continue;
    }
    subtract_pair(left, right, piece.count);
    if (kept > 0) {
      subtract_pair(symbols[kept - 1], left, piece.count);
      add_pair(symbols[kept - 1], merged, index);
    }
    ++i;
    if (i + 1 < piece.size) {
      subtract_pair(right, symbols[i + 1], piece.count);
      add_pair(merged, symbols[i + 1], index);
    }
    symbols[kept] = merged;
  }
  piece.size = kept;
}

}  // namespace

Status Trainer::add_piece(std::string_view piece) try {
  const auto known = counts_.find(piece);
  if (known != counts_.end()) {
    ++known->second;
    return {};
  }
  if (counts_.size() == kMaxPieces) forget_rare_pieces();
  counts_.emplace(piece, 1);
  return {};
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "out of memory");
}

void Trainer::forget_rare_pieces() {
  for (std::uint64_t rare = 1; counts_.size() > kMaxPieces / 2; ++rare) {
    std::erase_if(counts_, [rare](const auto& entry) { return entry.second <= rare; });
  }
}

Result<std::vector<std::string>> Trainer::train(std::uint32_t vocabulary_size,
                                                const TrainerReport& report) const {
  CZIP_TRY_ASSIGN(auto tokens, train_at_most(vocabulary_size, report));
  if (tokens.size() == vocabulary_size) return tokens;
  return fail(ErrorCode::invalid_argument,
              "the text is too short for a vocabulary of " + std::to_string(vocabulary_size) +
                  " tokens: pairs seen at least twice make " + std::to_string(tokens.size()) +
                  ", the largest possible; ask for that many at most, or for no number"
                  " and get as many as there are");
}

Result<std::vector<std::string>> Trainer::train_at_most(std::uint32_t vocabulary_size,
                                                        const TrainerReport& report) const try {
  constexpr std::size_t kReportEvery = 16;
  if (vocabulary_size < kByteValues) {
    return fail(ErrorCode::invalid_argument, "a vocabulary of " + std::to_string(vocabulary_size) +
                                                 " tokens; it has at least the 256 single bytes");
  }
  PairMerging merging;
  for (const auto& [piece, count] : counts_) merging.add_piece(piece, count);
  while (merging.tokens().size() < vocabulary_size && merging.merge_most_frequent()) {
    const std::size_t tokens = merging.tokens().size();
    if (report && tokens % kReportEvery == 0) CZIP_TRY(report(tokens, vocabulary_size));
  }
  return merging.tokens();
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "out of memory");
}

}  // namespace czip::bpe
