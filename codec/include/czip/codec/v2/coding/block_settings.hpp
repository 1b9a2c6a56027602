// How the predictor works on a block. Recorded in the file, because the decoder must do the same.
#pragma once

#include <cstdint>

#include "czip/codec/v2/coding/profile.hpp"

namespace czip::v2 {

struct BlockSettings {
  std::uint8_t profile = 2;       // index into kProfiles: which inputs take part
  std::uint8_t streams_log2 = 0;  // lockstep streams: 1 << streams_log2, at most kMaxStreamsLog2
  bool network = false;           // needs a model with a network, and kFirstNetworkProfile or more
  bool x86 = false;               // what is coded has absolute targets of x86 calls and jumps
  // The model's language model codes the block, in these streams. Profile, network and x86 then
  // have no meaning.
  bool language_model = false;
};

inline constexpr std::uint8_t kMaxProfile = kProfiles.size() - 1;

// The number of streams, log2, that the encoder and the training give a text whose block has a
// network. A decoder takes any.
[[nodiscard]] std::uint8_t network_streams_log2(std::uint64_t text_bytes);
// The same for a language model, at most `most_log2`.
[[nodiscard]] std::uint8_t language_model_streams_log2(std::uint64_t text_bytes,
                                                       std::uint8_t most_log2);

}  // namespace czip::v2
