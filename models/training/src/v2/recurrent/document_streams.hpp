// Deals the documents, or pieces of them, in an order that a seed shuffles, to several streams of
// text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace czip::v2::training {

// One token to predict. A document's first token is not one: before it, the network has no input.
struct StreamToken {
  std::uint16_t last;    // the token before it
  std::uint16_t target;  // rank
  bool first;            // `last` is the first of its document or piece
};

class DocumentStreams {
 public:
  // `ranks` has kNoToken after each document and must outlive this.
  DocumentStreams(std::span<const std::uint16_t> ranks, std::size_t streams, std::uint32_t epochs,
                  std::uint64_t seed);

  // Tokens to predict in all documents.
  [[nodiscard]] std::uint64_t tokens() const { return tokens_; }

  // Appends up to `count` next tokens of a stream; fewer only where nothing is left.
  void next(std::size_t stream, std::size_t count, std::vector<StreamToken>& out);

 private:
  struct Piece {
    std::size_t begin, end;  // of the tokens to predict
  };

  bool open_piece(Piece& place);
  void shuffle();

  std::span<const std::uint16_t> ranks_;
  std::uint64_t tokens_ = 0;
  std::vector<Piece> pieces_;
  std::size_t next_piece_ = 0;
  std::uint32_t epochs_left_;
  std::mt19937_64 random_;
  struct Stream {
    Piece rest{0, 0};
    bool at_start = false;
  };
  std::vector<Stream> streams_;
};

}  // namespace czip::v2::training
