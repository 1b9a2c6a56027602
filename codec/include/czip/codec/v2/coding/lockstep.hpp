// How the tokens of a block are shared out to streams, which are coded in step so that all of them
// share, and feed, one predictor, and the network runs once for all: in equal parts, but for the
// last ones, which are what is left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "czip/codec/v2/coding/predictor.hpp"

namespace czip::v2 {

class Lockstep {
 public:
  // `tokens` may be a guess if there is one stream only.
  Lockstep(std::size_t tokens, std::uint8_t streams_log2)
      : tokens_(tokens),
        streams_(1u << streams_log2),
        length_((tokens + streams_ - 1) / streams_) {}

  [[nodiscard]] std::uint32_t streams() const { return streams_; }
  // Tokens of a stream: the steps to be made.
  [[nodiscard]] std::size_t length() const { return length_; }
  // The streams with a token number `i`, the first so many.
  [[nodiscard]] std::uint32_t active(std::size_t i) const {
    return static_cast<std::uint32_t>((tokens_ - i + length_ - 1) / length_);
  }
  // Where in the block stream `s` has its token number `i`.
  [[nodiscard]] std::size_t position(std::uint32_t s, std::size_t i) const {
    return s * length_ + i;
  }

  // The streams before their first tokens.
  [[nodiscard]] std::vector<Stream> begin() const {
    std::vector<Stream> streams;
    for (std::uint32_t s = 0; s < streams_; ++s) streams.push_back({s, History(length_), {}});
    return streams;
  }

 private:
  std::size_t tokens_;
  std::uint32_t streams_;
  std::size_t length_;
};

}  // namespace czip::v2
