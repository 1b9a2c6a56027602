#include "v2/recurrent/document_streams.hpp"

#include <utility>

#include "czip/codec/v2/coding/constants.hpp"

namespace czip::v2::training {

DocumentStreams::DocumentStreams(std::span<const std::uint16_t> ranks, std::size_t streams,
                                 std::uint32_t epochs, std::uint64_t seed)
    : ranks_(ranks), epochs_left_(epochs), random_(seed), streams_(streams) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= ranks.size(); ++i) {
    if (i < ranks.size() && ranks[i] != kNoToken) continue;
    if (i > begin + 1) {
      documents_.push_back({begin + 1, i});
      tokens_ += i - begin - 1;
    }
    begin = i + 1;
  }
  next_document_ = documents_.size();
}

// By the method of Fisher and Yates. A remainder prefers small numbers by less than 2^-32, which does no harm.
void DocumentStreams::shuffle() {
  for (std::size_t i = documents_.size(); i > 1; --i)
    std::swap(documents_[i - 1], documents_[static_cast<std::size_t>(random_() % i)]);
}

bool DocumentStreams::open_document(Document& place) {
  if (next_document_ == documents_.size()) {
    if (epochs_left_ == 0 || documents_.empty()) return false;
    --epochs_left_;
    shuffle();
    next_document_ = 0;
  }
  place = documents_[next_document_++];
  return true;
}

void DocumentStreams::next(std::size_t stream, std::size_t count, std::vector<StreamToken>& out) {
  Stream& s = streams_[stream];
  for (; count > 0; --count) {
    if (s.rest.begin == s.rest.end) {
      if (!open_document(s.rest)) return;
      s.at_start = true;
    }
    const std::size_t i = s.rest.begin++;
    out.push_back({ranks_[i - 1], ranks_[i], s.at_start});
    s.at_start = false;
  }
}

}  // namespace czip::v2::training
