#include "v1/chunk_encoder.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "czip/codec/scoring.hpp"
#include "czip/codec/v1/arithmetic_coder.hpp"

namespace czip::v1 {

Result<ChunkEncoder> ChunkEncoder::create(const Network& network, std::uint32_t context,
                                          TokenId first_token) {
  Result<InferenceState> state = InferenceState::create(
      network, {.sequences = encoder_chunks(context), .context = context, .rows = kEncoderRows});
  CZIP_TRY(state);
  CZIP_TRY_ASSIGN(auto distribution, OutputDistribution::create(network));
  return ChunkEncoder(std::move(*state), std::move(distribution), network.vocabulary(), context,
                      first_token);
}

template <class Use>
void ChunkEncoder::predict_each(std::span<const TokenId> tokens, Use use) {
  for (std::uint32_t sequence = 0; sequence < encoder_chunks(context_); ++sequence)
    state_.reset(sequence);
  for (std::size_t begin = 0; begin < tokens.size(); begin += kEncoderRows) {
    const std::size_t end = std::min<std::size_t>(begin + kEncoderRows, tokens.size());
    rows_.clear();
    for (std::size_t i = begin; i < end; ++i)
      rows_.push_back({.sequence = static_cast<std::uint32_t>(i / context_),
                       .token = i % context_ == 0 ? first_token_ : tokens[i - 1]});
    state_.forward(rows_);
    for (std::size_t i = begin; i < end; ++i) {
      distribution_.assign(state_.logits(i - begin));
      use(i);
    }
  }
}

void ChunkEncoder::encode(std::span<const TokenId> tokens, EncodedChunks& out) {
  out.sizes.clear();
  out.bytes.clear();
  std::optional<ArithmeticEncoder> coder;
  std::size_t chunk_begin = 0;
  predict_each(tokens, [&](std::size_t i) {
    if (i % context_ == 0) coder.emplace(out.bytes);
    coder->encode(distribution_.range(tokens[i]), distribution_.total());
    if ((i + 1) % context_ == 0 || i + 1 == tokens.size()) {
      coder->finish();
      out.sizes.push_back(static_cast<std::uint32_t>(out.bytes.size() - chunk_begin));
      chunk_begin = out.bytes.size();
    }
  });
}

void ChunkEncoder::score(std::span<const TokenId> tokens, std::span<std::uint32_t> costs,
                         std::span<SymbolCost> candidates, std::size_t candidates_per_token) {
  predict_each(tokens, [&](std::size_t i) {
    costs[i] = code_length(distribution_.frequency(tokens[i]), distribution_.total());
    const std::size_t first = i * candidates_per_token;
    if (first < candidates.size()) find_likeliest(candidates.subspan(first, candidates_per_token));
  });
}

void ChunkEncoder::find_likeliest(std::span<SymbolCost> candidates) {
  symbols_.resize(vocabulary_);
  for (TokenId symbol = 0; symbol < vocabulary_; ++symbol)
    symbols_[symbol] = {symbol, distribution_.frequency(symbol)};
  const std::size_t count = std::min<std::size_t>(candidates.size(), vocabulary_);
  std::partial_sort(symbols_.begin(), symbols_.begin() + static_cast<std::ptrdiff_t>(count),
                    symbols_.end(), [](const SymbolCost& a, const SymbolCost& b) {
                      return a.cost != b.cost ? a.cost > b.cost : a.symbol < b.symbol;
                    });
  for (std::size_t k = 0; k < count; ++k)
    candidates[k] = {symbols_[k].symbol, code_length(symbols_[k].cost, distribution_.total())};
}

}  // namespace czip::v1
