// Decodes a group of chunks in lockstep: the next token of every chunk goes through the network at
// once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v1/arithmetic_coder.hpp"
#include "czip/codec/v1/model.hpp"
#include "czip/engine/v1/network.hpp"
#include "czip/engine/v1/output_distribution.hpp"

namespace czip::v1 {

// Consecutive chunks as the file holds them.
struct ChunkGroup {
  std::uint64_t first_chunk = 0;      // number of the first, for messages
  std::vector<std::uint32_t> sizes;   // bytes of each stream
  std::vector<std::uint32_t> tokens;  // tokens of each chunk
  std::vector<std::uint8_t> bytes;    // the streams
};

// Bytes that an InferenceState holds for each row.
[[nodiscard]] std::size_t row_bytes(const Weights& weights);

// Bytes that one thread takes to decode chunks of `context` tokens, without their text.
[[nodiscard]] std::uint64_t group_bytes(const Model& model, const Network& network,
                                        std::uint32_t context);

// How many chunks of `context` tokens one thread decodes at once: as many as fit in the memory that
// it may take.
[[nodiscard]] std::uint32_t max_group_chunks(const Model& model, const Network& network,
                                             std::uint32_t context);

class ChunkDecoder {
 public:
  // Both must outlive the decoder.
  static Result<ChunkDecoder> create(const Model& model, const Network& network,
                                     std::uint32_t context, std::uint32_t group_chunks);

  // Decodes the group, of at most `context` tokens per chunk and `group_chunks` chunks; `text`
  // becomes its text. Errors: no encoder with this model and dialect has written these chunks, or
  // their text is longer than `max_text_bytes`.
  Status decode(const ChunkGroup& group, std::uint64_t max_text_bytes, std::string& text);

 private:
  struct Chunk {
    ArithmeticDecoder coder;
    std::uint32_t tokens;
    TokenId previous;
  };

  ChunkDecoder(const Model& model, InferenceState state, OutputDistribution distribution,
               std::uint32_t context)
      : model_(&model),
        state_(std::move(state)),
        distribution_(std::move(distribution)),
        context_(context) {}

  void start(const ChunkGroup& group);
  Status decode_tokens(const ChunkGroup& group);
  bool decode_position(std::uint32_t position);
  Status check_ends(const ChunkGroup& group) const;
  Status append_text(const ChunkGroup& group, std::size_t chunk, std::uint64_t max_text_bytes,
                     std::string& text) const;

  const Model* model_;
  InferenceState state_;
  OutputDistribution distribution_;
  std::uint32_t context_;
  std::vector<Chunk> chunks_;
  std::size_t active_ = 0;  // chunks before this one are being decoded
  std::vector<InputRow> rows_;
  std::vector<TokenId> tokens_;  // [chunk, position]
};

}  // namespace czip::v1
