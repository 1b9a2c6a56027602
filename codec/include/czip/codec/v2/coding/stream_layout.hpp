// How a block's tokens are divided among its streams. The streams are coded in lockstep: all of
// them share one predictor, and the network makes one step for all at a time. Stream s has the
// tokens [s * steps, (s + 1) * steps) of the block, cut where the block ends, so that later streams
// may be shorter or empty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "czip/codec/v2/coding/predictor.hpp"

namespace czip::v2 {

class StreamLayout {
 public:
  // `tokens` may be an estimate where there is only one stream.
  StreamLayout(std::size_t tokens, std::uint8_t streams_log2)
      : tokens_(tokens), streams_(1u << streams_log2), steps_((tokens + streams_ - 1) / streams_) {}

  [[nodiscard]] std::uint32_t streams() const { return streams_; }
  // Number of tokens of the longest stream.
  [[nodiscard]] std::size_t steps() const { return steps_; }
  // How many streams have a token `i`, i below steps(): the first ones.
  [[nodiscard]] std::uint32_t active_streams(std::size_t i) const {
    return static_cast<std::uint32_t>((tokens_ - i + steps_ - 1) / steps_);
  }
  // Index in the block of token `i` of stream `s`.
  [[nodiscard]] std::size_t position(std::uint32_t s, std::size_t i) const {
    return s * steps_ + i;
  }

  // All streams, before their first tokens.
  [[nodiscard]] std::vector<Stream> make_streams() const {
    std::vector<Stream> streams;
    for (std::uint32_t s = 0; s < streams_; ++s)
      streams.push_back({.number = s, .history = History(steps_), .matches = {}, .recurrent = {}});
    return streams;
  }

 private:
  std::size_t tokens_;
  std::uint32_t streams_;
  std::size_t steps_;
};

}  // namespace czip::v2
