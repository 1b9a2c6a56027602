// Codes chunks whose tokens are known: many positions go through the network at once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/engine/v1/network.hpp"
#include "czip/engine/v1/output_distribution.hpp"
#include "czip/tokenizer/v1/tokenizer.hpp"

namespace czip::v1 {

// Positions per call of the network; more bring no speed, only memory.
inline constexpr std::uint32_t kEncoderRows = 128;

// Chunks of `context` tokens that fill kEncoderRows positions.
[[nodiscard]] constexpr std::uint32_t encoder_chunks(std::uint32_t context) {
  return context < kEncoderRows ? kEncoderRows / context : 1;
}

// Consecutive chunks, coded.
struct EncodedChunks {
  std::vector<std::uint32_t> sizes;  // bytes of each stream
  std::vector<std::uint8_t> bytes;   // the streams
};

class ChunkEncoder {
 public:
  // `network` must outlive the encoder.
  static Result<ChunkEncoder> create(const Network& network, std::uint32_t context,
                                     TokenId first_token);

  // Codes at most encoder_chunks(context) chunks; only the last may be shorter than the context.
  void encode(std::span<const TokenId> tokens, EncodedChunks& out);

 private:
  ChunkEncoder(InferenceState state, OutputDistribution distribution, std::uint32_t context,
               TokenId first_token)
      : state_(std::move(state)),
        distribution_(std::move(distribution)),
        context_(context),
        first_token_(first_token) {}

  InferenceState state_;
  OutputDistribution distribution_;
  std::uint32_t context_;
  TokenId first_token_;
  std::vector<InputRow> rows_;
};

}  // namespace czip::v1
