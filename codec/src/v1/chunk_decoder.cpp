#include "v1/chunk_decoder.hpp"

#include <algorithm>
#include <utility>

namespace czip::v1 {
namespace {

// Memory of one thread for the key and value caches and the rows of a group: larger caches would
// wait longer for main memory. Beyond kMaxGroupChunks the network gains no speed.
constexpr std::size_t kGroupBytes = std::size_t{6} << 20;
constexpr std::size_t kMaxGroupChunks = 256;

std::string chunk_name(std::uint64_t chunk) { return "chunk " + std::to_string(chunk); }

}  // namespace

std::size_t row_bytes(const Weights& weights) {
  return sizeof(std::int32_t) * (std::size_t{weights.vocabulary} + weights.d_model) +
         std::size_t{4} * weights.d_model + std::size_t{3} * weights.d_ff;
}

std::uint32_t max_group_chunks(const Model& model, const Network& network, std::uint32_t context) {
  const std::size_t bytes = network.sequence_bytes(context) + row_bytes(model.network);
  return static_cast<std::uint32_t>(
      std::clamp<std::size_t>(kGroupBytes / bytes, 1, kMaxGroupChunks));
}

std::uint64_t group_bytes(const Model& model, const Network& network, std::uint32_t context) {
  const std::size_t bytes = network.sequence_bytes(context) + row_bytes(model.network);
  return std::uint64_t{bytes} * max_group_chunks(model, network, context);
}

Result<ChunkDecoder> ChunkDecoder::create(const Model& model, const Network& network,
                                          std::uint32_t context, std::uint32_t group_chunks) {
  Result<InferenceState> state = InferenceState::create(
      network, {.sequences = group_chunks, .context = context, .rows = group_chunks});
  CZIP_TRY(state);
  CZIP_TRY_ASSIGN(auto distribution, OutputDistribution::create(network));
  return ChunkDecoder(model, std::move(*state), std::move(distribution), context);
}

Status ChunkDecoder::decode(const ChunkGroup& group, std::uint64_t max_text_bytes,
                            std::string& text) {
  text.clear();
  start(group);
  CZIP_TRY(decode_tokens(group));
  CZIP_TRY(check_ends(group));
  for (std::size_t chunk = 0; chunk < chunks_.size(); ++chunk)
    CZIP_TRY(append_text(group, chunk, max_text_bytes, text));
  return {};
}

void ChunkDecoder::start(const ChunkGroup& group) {
  chunks_.clear();
  std::span<const std::uint8_t> bytes = group.bytes;
  for (std::size_t i = 0; i < group.sizes.size(); ++i) {
    chunks_.push_back({.coder = ArithmeticDecoder(bytes.first(group.sizes[i])),
                       .tokens = group.tokens[i],
                       .previous = model_->first_token});
    bytes = bytes.subspan(group.sizes[i]);
    state_.reset(static_cast<std::uint32_t>(i));
  }
  tokens_.resize(chunks_.size() * context_);
  active_ = chunks_.size();
}

Status ChunkDecoder::decode_tokens(const ChunkGroup& group) {
  Status status;
  for (std::uint32_t position = 0; position < context_ && active_ > 0; ++position) {
    const std::size_t before = active_;
    if (!decode_position(position)) break;
    if (active_ < before)
      status = fail(ErrorCode::corrupt,
                    chunk_name(group.first_chunk + active_) + " ends after its " +
                        std::to_string(group.sizes[active_]) + " bytes, in token " +
                        std::to_string(position) + " of " + std::to_string(group.tokens[active_]));
  }
  return status;
}

// Decodes the next token of every active chunk. A chunk whose stream is too short becomes inactive,
// and so do all chunks after it, so that the first bad chunk is the one reported. False when no
// chunk has a token here.
bool ChunkDecoder::decode_position(std::uint32_t position) {
  rows_.clear();
  for (std::size_t i = 0; i < active_; ++i)
    if (position < chunks_[i].tokens)
      rows_.push_back({.sequence = static_cast<std::uint32_t>(i), .token = chunks_[i].previous});
  if (rows_.empty()) return false;
  state_.forward(rows_);

  const std::uint32_t total = distribution_.total();
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const std::size_t i = rows_[r].sequence;
    Chunk& chunk = chunks_[i];
    distribution_.assign(state_.logits(r));
    const OutputDistribution::Found found = distribution_.find(chunk.coder.decode_target(total));
    chunk.coder.consume(found.range, total);
    if (chunk.coder.overrun()) {
      active_ = i;
      break;
    }
    chunk.previous = found.symbol;
    tokens_[i * context_ + position] = found.symbol;
  }
  return true;
}

Status ChunkDecoder::check_ends(const ChunkGroup& group) const {
  for (std::size_t i = 0; i < chunks_.size(); ++i) {
    if (chunks_[i].coder.at_exact_end()) continue;
    std::string message =
        chunk_name(group.first_chunk + i) + " has " + std::to_string(group.sizes[i]) + " bytes";
    const std::uint64_t encoded = chunks_[i].coder.encoded_bytes();
    message += encoded == group.sizes[i] ? ", but does not end with its "
                                         : ", but " + std::to_string(encoded) + " make its ";
    message += std::to_string(group.tokens[i]) + " tokens";
    return fail(ErrorCode::corrupt, std::move(message));
  }
  return {};
}

Status ChunkDecoder::append_text(const ChunkGroup& group, std::size_t chunk,
                                 std::uint64_t max_text_bytes, std::string& text) const {
  const std::span<const TokenId> tokens =
      std::span<const TokenId>(tokens_).subspan(chunk * context_, chunks_[chunk].tokens);
  // Checked before anything is allocated for the text, because tokens may be long.
  std::uint64_t bytes = text.size();
  for (const TokenId token : tokens) bytes += model_->tokenizer.token_bytes(token).size();
  if (bytes > max_text_bytes)
    return fail(ErrorCode::corrupt, chunk_name(group.first_chunk + chunk) +
                                        " makes the text longer than the " +
                                        std::to_string(max_text_bytes) + " bytes in byte 8");
  if (Status status = model_->tokenizer.decode(tokens, text); !status)
    return fail(ErrorCode::corrupt,
                chunk_name(group.first_chunk + chunk) + ": " + status.error().message);
  return {};
}

}  // namespace czip::v1
