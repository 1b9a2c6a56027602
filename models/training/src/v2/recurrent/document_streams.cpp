#include "v2/recurrent/document_streams.hpp"

#include <algorithm>
#include <utility>

#include "czip/codec/v2/coding/constants.hpp"

namespace czip::v2::training {
namespace {

// Long documents are cut into pieces of so many tokens, each as if it were a document: while a few
// of them fill the streams, the network would learn them and forget the others. Much longer than
// the state's longest time scale.
constexpr std::size_t kPiece = 4096;

}  // namespace

DocumentStreams::DocumentStreams(std::span<const std::uint16_t> ranks, std::size_t streams,
                                 std::uint32_t epochs, std::uint64_t seed)
    : ranks_(ranks), epochs_left_(epochs), random_(seed), streams_(streams) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= ranks.size(); ++i) {
    if (i < ranks.size() && ranks[i] != kNoToken) continue;
    for (std::size_t first = begin + 1; first < i; first += kPiece) {
      pieces_.push_back({first, std::min(first + kPiece, i)});
      tokens_ += pieces_.back().end - first;
    }
    begin = i + 1;
  }
  next_piece_ = pieces_.size();
}

// By the method of Fisher and Yates. A remainder prefers small numbers by less than 2^-32, which
// does no harm.
void DocumentStreams::shuffle() {
  for (std::size_t i = pieces_.size(); i > 1; --i)
    std::swap(pieces_[i - 1], pieces_[static_cast<std::size_t>(random_() % i)]);
}

bool DocumentStreams::open_piece(Piece& place) {
  if (next_piece_ == pieces_.size()) {
    if (epochs_left_ == 0 || pieces_.empty()) return false;
    --epochs_left_;
    shuffle();
    next_piece_ = 0;
  }
  place = pieces_[next_piece_++];
  return true;
}

void DocumentStreams::next(std::size_t stream, std::size_t count, std::vector<StreamToken>& out) {
  Stream& s = streams_[stream];
  for (; count > 0; --count) {
    if (s.rest.begin == s.rest.end) {
      if (!open_piece(s.rest)) return;
      s.at_start = true;
    }
    const std::size_t i = s.rest.begin++;
    out.push_back({ranks_[i - 1], ranks_[i], s.at_start});
    s.at_start = false;
  }
}

}  // namespace czip::v2::training
