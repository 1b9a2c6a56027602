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

  struct SymbolCost {
    TokenId symbol = 0;
    std::uint32_t cost = 0;  // czip/codec/scoring.hpp
  };
  // What the same tokens cost, [tokens], and the likeliest symbols in the places of the first
  // tokens, [tokens][candidates_per_token], the likeliest first; fewer where the vocabulary is
  // smaller.
  void score(std::span<const TokenId> tokens, std::span<std::uint32_t> costs,
             std::span<SymbolCost> candidates, std::size_t candidates_per_token);

 private:
  // Calls use(i) for each token while distribution_ has its prediction.
  template <class Use>
  void predict_each(std::span<const TokenId> tokens, Use use);
  void find_likeliest(std::span<SymbolCost> candidates);

  ChunkEncoder(InferenceState state, OutputDistribution distribution, std::uint32_t vocabulary,
               std::uint32_t context, TokenId first_token)
      : state_(std::move(state)),
        distribution_(std::move(distribution)),
        vocabulary_(vocabulary),
        context_(context),
        first_token_(first_token) {}

  InferenceState state_;
  OutputDistribution distribution_;
  std::uint32_t vocabulary_;
  std::uint32_t context_;
  TokenId first_token_;
  std::vector<InputRow> rows_;
  std::vector<SymbolCost> symbols_;
};

}  // namespace czip::v1
