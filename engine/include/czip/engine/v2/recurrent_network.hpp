// The czip-recurrent-v2 network: a small gated recurrent network (a minimal gated unit, Zhou et al.
// 2016, whose gate and input depend on the last token alone: Martin & Cundy 2018), one hidden layer
// with a clipped ReLU, and one output for each inner node of the codec's tree of decisions.
// Integers throughout; it depends on the tokens alone, not on the SIMD level.
//
// Sizes: V tokens, S states, H hidden units. Tensors of a model file, names after kRecurrentPrefix:
//   config        u32 [4]     kRecurrentFormatVersion, V, S, H
//   update        i16 [V][S]  Q15: the gate, how much of a state the token replaces; its low 15
// bits
//   input         i16 [V][S]  what the token replaces it with, any value
//   state_gain    i16 [S]     0 to 32767, 1024 stands for 1
//   weights       i8  [H][S]  of the hidden layer, any value
//   weight_scale  i16 [H]     0 to 32767
//   embedding     i8  [V][H]  the last token's own part of the hidden layer, any value
//   nodes         i8  [V][H]  the weights of each node's output, any value; row 0 is unused
//   node_scale    i16 [V]     0 to 32767
//   node_bias     i16 [V]     -4095 to 4095, a logit with 8 fractional bits
// No value of the large tensors can pass a bound, so that loading does not read them.
//
// A step with token t; shifts are arithmetic, all of it fits 32 bits but the two products with
// scales, which take 64:
//   d    = input[t][i] * 2^7 - s[i]                                 |d| <= 2^23 + 2^8
//   s[i] = s[i] + ((d >> 8) * (update[t][i] & 0x7fff) >> 7)         -2^22 - 2^8 <= s < 2^22
//   a[i] = clamp(((s[i] >> 7) * state_gain[i] + 2^17) >> 18, -127, 127)
//   x    = ((sum over i of weights[h][i] * a[i]) * weight_scale[h] + 2^14) >> 15     |x| < 2^24
//   hidden[h] = clamp((x + embedding[t][h] * 4 + 2) >> 2, 0, 127)
// (The floors let a state pass its input downwards by less than 2^8.) The output of a node:
//   y    = ((sum over h of nodes[n][h] * hidden[h]) * node_scale[n] + 2^16) >> 17
//   logit = clamp(y + node_bias[n], -4095, 4095)
// States and hidden units are 0 before the first step: then the logit is the bias.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "czip/base/error.hpp"
#include "czip/base/zeroed_memory.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/simd.hpp"

namespace czip::v2 {

inline constexpr std::string_view kRecurrentPrefix = "recurrent.";
inline constexpr std::uint32_t kRecurrentFormatVersion = 1;
inline constexpr std::uint32_t kRecurrentConfigFields = 4;

// The loader refuses networks beyond these; the bounds above follow from them.
struct RecurrentLimits {
  static constexpr std::uint32_t kVocabulary = 8192;   // at least 2
  static constexpr std::uint32_t kStateWidth = 1024;   // a multiple of kWidthMultiple
  static constexpr std::uint32_t kHiddenWidth = 2048;  // a multiple of kWidthMultiple
  static constexpr std::uint32_t kWidthMultiple = 64;
};

// Logits ("stretched" probabilities) have 8 fractional bits and lie within this.
inline constexpr std::int32_t kRecurrentLogitBound = 4095;

struct RecurrentConfig {
  std::uint32_t vocabulary = 0;    // V
  std::uint32_t state_width = 0;   // S
  std::uint32_t hidden_width = 0;  // H
  bool operator==(const RecurrentConfig&) const = default;
};

// What a stream of tokens has left in the network. Made by RecurrentNetwork::make_state, for use
// with that network. A copy may throw std::bad_alloc.
class RecurrentState {
 public:
  // Of no network.
  RecurrentState() = default;
  RecurrentState(const RecurrentState& other);
  RecurrentState& operator=(const RecurrentState& other);
  RecurrentState(RecurrentState&&) noexcept = default;
  RecurrentState& operator=(RecurrentState&&) noexcept = default;
  ~RecurrentState() = default;

  [[nodiscard]] bool empty() const { return states_ == nullptr; }

 private:
  friend class RecurrentNetwork;
  // Zeros; false: there is no memory.
  bool allocate(std::size_t states, std::size_t hidden);
  [[nodiscard]] std::size_t bytes() const;

  std::size_t state_width_ = 0;
  std::size_t hidden_width_ = 0;
  ZeroedMemory memory_;                 // of all three
  std::int32_t* states_ = nullptr;      // s [S]
  std::int8_t* activations_ = nullptr;  // a [S]
  std::uint8_t* hidden_ = nullptr;      // [H]
};

struct PackedRecurrentNetwork;

// Immutable and shared by threads, each with a state of its own.
class RecurrentNetwork {
 public:
  // Whether `file` has a tensor "recurrent.config".
  [[nodiscard]] static bool is_in(const safetensors::File& file);

  // Checks the tensors whose names start with kRecurrentPrefix. The large ones are used where they
  // are: the buffer that `file` was parsed from must outlive the network. Errors: corrupt (a tensor
  // is missing, has another dtype or shape, a value out of range, or is none of the above),
  // unsupported (format version), invalid_argument (`level` is not supported by this CPU or build),
  // out_of_memory.
  static Result<RecurrentNetwork> create(const safetensors::File& file, SimdLevel level);

  RecurrentNetwork(RecurrentNetwork&&) noexcept;
  RecurrentNetwork& operator=(RecurrentNetwork&&) noexcept;
  ~RecurrentNetwork();

  [[nodiscard]] const RecurrentConfig& config() const;
  [[nodiscard]] SimdLevel level() const;

  // A state before the first token. Error: out_of_memory.
  [[nodiscard]] Result<RecurrentState> make_state() const;
  // Makes `state` one before the first token.
  void reset(RecurrentState& state) const;

  // Appends `token`, below V.
  void step(RecurrentState& state, std::uint32_t token) const;

  // The logit of bit 1 at `node`, below V, within +-kRecurrentLogitBound.
  [[nodiscard]] std::int32_t logit(const RecurrentState& state, std::uint32_t node) const;
  // The logits of `count` nodes, each as above.
  void logits(const RecurrentState& state, const std::uint16_t* nodes, std::size_t count,
              std::int32_t* out) const;

  // Begin to load what `logit` of the node or `step` with the token will read.
  void prefetch_node(std::uint32_t node) const;
  void prefetch_token(std::uint32_t token) const;

 private:
  explicit RecurrentNetwork(std::unique_ptr<const PackedRecurrentNetwork> packed);
  std::unique_ptr<const PackedRecurrentNetwork> packed_;
};

}  // namespace czip::v2
