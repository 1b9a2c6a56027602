// The czip-model-v2 transformer: int8 weights, integers throughout. Semantics and file format:
// conformance/czip-network-v2.md. RMSNorm (Zhang & Sennrich 2019), grouped-query attention (Ainslie
// et al. 2023) with normalized queries and keys (Henry et al. 2020), a learned bias per distance
// and a learned sink (Xiao et al. 2023), squared ReLU (So et al. 2021) or ReGLU (Shazeer 2020).
//
// A Network is immutable and shared by threads. An InferenceState runs streams in lockstep: a step
// takes one token per stream and gives one row of logits per stream, one logit for each group of
// tokens; the caller then asks for the logits of one group's tokens (two-level softmax: Goodman
// 2001). The logits depend on the network and the stream's own tokens alone: not on the SIMD level,
// the other streams or their number. Positions never run out; attention sees the last `window`
// tokens.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "czip/base/error.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/simd.hpp"
#include "czip/engine/v2/constants.hpp"

namespace czip::v2 {

// Tensor "network.config": these fields in this order, after kNetworkFormatVersion.
struct NetworkConfig {
  std::uint32_t vocabulary = 0;       // V
  std::uint32_t d_model = 0;          // D
  std::uint32_t layers = 0;           // L
  std::uint32_t heads = 0;            // H, a multiple of kv_heads
  std::uint32_t kv_heads = 0;         // G
  std::uint32_t head_dim = 0;         // E
  std::uint32_t d_ff = 0;             // F
  std::uint32_t window = 0;           // W: the current token and W - 1 before it
  std::uint32_t bigram_buckets = 0;   // B, 0: no bigram embedding
  std::uint32_t gated = 0;            // 1: ReGLU, 0: squared ReLU
  std::uint32_t tied = 0;             // 1: the head's weights are the embedding's
  std::uint32_t embedding_shift = 0;  // residual = embedding << this
  std::uint32_t group_size = 0;       // K: of the largest group that the codec may make
  bool operator==(const NetworkConfig&) const = default;
};

// The elements of the tensor "network.config".
[[nodiscard]] constexpr std::array<std::uint32_t, kConfigFields> config_fields(
    const NetworkConfig& c) {
  return {kNetworkFormatVersion,
          c.vocabulary,
          c.d_model,
          c.layers,
          c.heads,
          c.kv_heads,
          c.head_dim,
          c.d_ff,
          c.window,
          c.bigram_buckets,
          c.gated,
          c.tied,
          c.embedding_shift,
          c.group_size};
}

// Which token each logit is for. The weights are packed in this order, so it costs nothing at run
// time; the codec gives the order of its code.
struct LogitOrder {
  // The token of each rank, a permutation of the vocabulary. Empty: every token is its own rank.
  std::span<const std::uint16_t> tokens = {};
  // The first rank of each of the Q groups: ascending from 0, at most `group_size` apart.
  std::span<const std::uint32_t> groups = {};
};

struct PackedNetwork;

class Network {
 public:
  // The configuration in `file`. Errors: corrupt, unsupported.
  static Result<NetworkConfig> read_config(const safetensors::File& file);

  // Reads and checks every tensor whose name starts with kTensorPrefix; refuses those that
  // the configuration does not have. Errors: corrupt, unsupported, invalid_argument (`level` is not
  // supported by this CPU or build, `order` is not a permutation with groups as above),
  // out_of_memory.
  static Result<Network> create(const safetensors::File& file, SimdLevel level,
                                const LogitOrder& order);

  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept;
  ~Network();

  [[nodiscard]] const NetworkConfig& config() const;
  [[nodiscard]] SimdLevel level() const;

  // Bytes of keys and values that one stream takes in an InferenceState.
  [[nodiscard]] std::size_t stream_bytes() const;

  // Number of groups, Q.
  [[nodiscard]] std::size_t groups() const;
  // Number of tokens of a group.
  [[nodiscard]] std::size_t members(std::size_t group) const;

  // Softmax of a row of n logits as cumulative frequencies [n + 1]: cumulative[0] = 0, and
  // cumulative[r + 1] - cumulative[r] is proportional to 2^(logit r / 64) and at least 1. The total
  // is below 2^32.
  void cumulative_frequencies(std::span<const std::int32_t> logits,
                              std::span<std::uint32_t> cumulative) const;

 private:
  friend class InferenceState;
  explicit Network(std::unique_ptr<const PackedNetwork> packed);
  std::unique_ptr<const PackedNetwork> packed_;
};

class InferenceState {
 public:
  // `streams` is 1 to NetworkLimits::kStreams. Allocates everything that `step` will need; `step`
  // itself allocates nothing. `network` must outlive the state. Errors: invalid_argument,
  // out_of_memory.
  static Result<InferenceState> create(const Network& network, std::uint32_t streams);

  InferenceState(InferenceState&&) noexcept;
  InferenceState& operator=(InferenceState&&) noexcept;
  ~InferenceState();

  // Begins all streams anew, without allocation.
  void reset();

  // Appends tokens[s], below the vocabulary, to stream s for the first tokens.size() streams; the
  // others stay as they are. Writes the logits of the next token's group: [tokens.size()][Q], in
  // units of 1/64 of a power of two, in [-32767, 32767].
  void step(std::span<const std::uint32_t> tokens, std::span<std::int32_t> logits);

  // After a step that `stream` took part in: the logits of the tokens of a group, [members(group)],
  // for the same next token.
  void member_logits(std::size_t stream, std::size_t group, std::span<std::int32_t> logits);

 private:
  struct Buffers;
  explicit InferenceState(std::unique_ptr<Buffers> buffers);
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace czip::v2
