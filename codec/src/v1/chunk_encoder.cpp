#include "v1/chunk_encoder.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "czip/codec/v1/arithmetic_coder.hpp"

namespace czip::v1 {

Result<ChunkEncoder> ChunkEncoder::create(const Network& network, std::uint32_t context,
                                          TokenId first_token) {
  Result<InferenceState> state = InferenceState::create(
      network, {.sequences = encoder_chunks(context), .context = context, .rows = kEncoderRows});
  CZIP_TRY(state);
  CZIP_TRY_ASSIGN(auto distribution, OutputDistribution::create(network));
  return ChunkEncoder(std::move(*state), std::move(distribution), context, first_token);
}

void ChunkEncoder::encode(std::span<const TokenId> tokens, EncodedChunks& out) {
  out.sizes.clear();
  out.bytes.clear();
  for (std::uint32_t sequence = 0; sequence < encoder_chunks(context_); ++sequence)
    state_.reset(sequence);

  std::optional<ArithmeticEncoder> coder;
  std::size_t chunk_begin = 0;
  for (std::size_t begin = 0; begin < tokens.size(); begin += kEncoderRows) {
    const std::size_t end = std::min<std::size_t>(begin + kEncoderRows, tokens.size());
    rows_.clear();
    for (std::size_t i = begin; i < end; ++i)
      rows_.push_back({.sequence = static_cast<std::uint32_t>(i / context_),
                       .token = i % context_ == 0 ? first_token_ : tokens[i - 1]});
    state_.forward(rows_);

    for (std::size_t i = begin; i < end; ++i) {
      if (i % context_ == 0) coder.emplace(out.bytes);
      distribution_.assign(state_.logits(i - begin));
      coder->encode(distribution_.range(tokens[i]), distribution_.total());
      if ((i + 1) % context_ == 0 || i + 1 == tokens.size()) {
        coder->finish();
        out.sizes.push_back(static_cast<std::uint32_t>(out.bytes.size() - chunk_begin));
        chunk_begin = out.bytes.size();
      }
    }
  }
}

}  // namespace czip::v1
