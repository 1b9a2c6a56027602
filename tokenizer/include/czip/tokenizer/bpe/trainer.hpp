// Learns the tokens of a byte-pair tokenizer: starting from single bytes, the most frequent pair of
// neighbours becomes a token, again and again. All in integers, so that the same pieces give the
// same tokens on every machine.
// Sources: P. Gage, "A New Algorithm for Data Compression" (1994); R. Sennrich, B. Haddow and
// A. Birch, "Neural Machine Translation of Rare Words with Subword Units" (2016).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/tokenizer/token_id.hpp"

namespace czip::bpe {

// Called now and then with the tokens there are, of those wanted. An error ends the training. May
// be empty.
using TrainerReport = std::function<Status(std::uint64_t tokens, std::uint64_t wanted)>;

class Trainer {
 public:
  // Whenever more different pieces than this have been seen, the rarest are forgotten: those seen
  // once, then those seen twice, ... until at most half as many are left.
  static constexpr std::size_t kMaxPieces = std::size_t{4} << 20;

  // Counts a piece: bytes within which pairs may merge. No token becomes longer than the longest
  // piece. Memory grows with the bytes of the different pieces (some 640 MiB at most for pieces of
  // 64 bytes). Error: out_of_memory.
  [[nodiscard]] Status add_piece(std::string_view piece);

  // The kByteValues single bytes in order and then the merged tokens in the order of their merges,
  // `vocabulary_size` in all. Of pairs equally frequent the one with the smaller ids (of the left
  // token, then of the right) is merged first. Takes about 30 bytes of memory for each byte of the
  // different pieces while it runs. Errors: invalid_argument for fewer than kByteValues tokens or
  // more than pairs seen at least twice can make; out_of_memory; those of `report`.
  [[nodiscard]] Result<std::vector<std::string>> train(std::uint32_t vocabulary_size,
                                                       const TrainerReport& report = {}) const;

  // The same, but fewer tokens where the pairs do not suffice.
  [[nodiscard]] Result<std::vector<std::string>> train_at_most(
      std::uint32_t vocabulary_size, const TrainerReport& report = {}) const;

 private:
  // Lets a piece be looked up without making a string of it.
  struct PieceHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using PieceCounts = std::unordered_map<std::string, std::uint64_t, PieceHash, std::equal_to<>>;

  void forget_rare_pieces();

  PieceCounts counts_;
};

}  // namespace czip::bpe
