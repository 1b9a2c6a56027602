// How the predictor works on a block; recorded in the file, for the decoder must do the same.
#pragma once

#include <cstdint>

namespace czip::v2 {

struct BlockSettings {
  std::uint8_t profile = 1;       // 0 fast, 1 normal, 2 finest: which contexts take part
  std::uint8_t streams_log2 = 0;  // lockstep streams for the network: 1 << streams_log2, at most 64
  bool network = false;           // needs a model that has one, and a profile that one joins
};

inline constexpr std::uint8_t kMaxProfile = 2;
inline constexpr std::uint8_t kMaxStreamsLog2 = 6;

// How many streams the encoder, and training before it, give a text that the network takes part in.
[[nodiscard]] std::uint8_t network_streams_log2(std::uint64_t text_bytes);

}  // namespace czip::v2
