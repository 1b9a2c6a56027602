#include <algorithm>
#include <bit>
#include <new>
#include <string>
#include <utility>

#include "czip/engine/v2/network.hpp"
#include "v2/packed_network.hpp"

namespace czip::v2 {

// Shapes: S streams, others as in weights.hpp; each row of int8 starts at a multiple of 64
// bytes, its padding zero.
struct InferenceState::Buffers {
  const PackedNetwork* network = nullptr;
  std::uint32_t streams = 0;

  AlignedBuffer<std::int32_t> residual;      // [S, D]
  AlignedBuffer<std::int8_t> normalized;     // [S, D]
  AlignedBuffer<std::int32_t> accumulators;  // [S, rows of the current matrix]
  AlignedBuffer<std::int8_t> query;          // [H / G, E]
  AlignedBuffer<std::int8_t> key;            // [E]
  AlignedBuffer<std::int8_t> value;          // [E]
  AlignedBuffer<std::int8_t> attention;      // [S, H * E]
  AlignedBuffer<std::int8_t> hidden;         // [S, F]
  AlignedBuffer<std::uint32_t> previous;     // [S], the stream's last token
  AlignedBuffer<std::uint64_t> position;     // [S], tokens so far
  AlignedBuffer<std::int8_t> rings;          // [S, L, G, keys then values]
  AlignedBuffer<std::int32_t> scores;        // [kHeadsAtOnce, score_stride()]
  AlignedBuffer<std::uint8_t> weights;       // [kHeadsAtOnce, score_stride()]
  AlignedBuffer<std::int16_t> dense_scratch;

  [[nodiscard]] const NetworkConfig& config() const { return network->config; }
  [[nodiscard]] const Kernels& kernels() const { return *network->kernels; }
  [[nodiscard]] std::size_t query_width() const {
    return std::size_t{config().heads} * config().head_dim;
  }
  [[nodiscard]] std::size_t d_stride() const { return simd::activation_stride(config().d_model); }
  [[nodiscard]] std::size_t attention_stride() const {
    return simd::activation_stride(query_width());
  }
  [[nodiscard]] std::size_t hidden_stride() const { return simd::activation_stride(config().d_ff); }
  [[nodiscard]] std::size_t score_stride() const { return config().window + simd::kRowPadding; }
  [[nodiscard]] static std::size_t accumulator_stride(const simd::PackedMatrix& matrix) {
    return simd::round_up(matrix.rows, simd::kRowPadding);
  }

  Status allocate();
  KeyValueRing ring(std::size_t stream, std::size_t layer, std::size_t kv_head);
  void embed(std::span<const std::uint32_t> tokens);
  void multiply(const simd::PackedMatrix& matrix, const AlignedBuffer<std::int8_t>& x,
                std::size_t x_stride, std::size_t rows);
  void normalize(const AlignedBuffer<std::int16_t>& gain, std::size_t rows);
  void add_to_residual(const simd::PackedMatrix& matrix, const PackedChannels& scale,
                       std::size_t rows);
  void attention_block(std::size_t layer, std::size_t rows);
  void attend(std::size_t layer, std::size_t stream);
  void feed_forward_block(const PackedLayer& layer, std::size_t rows);
  void head(std::size_t rows, std::int32_t* logits);
  void member_logits(std::size_t stream, const simd::PackedMatrix& members, std::int32_t* logits);
};

Status InferenceState::Buffers::allocate() {
  const NetworkConfig& c = config();
  std::size_t most_members = 0;
  for (const simd::PackedMatrix& group : network->members)
    most_members = std::max<std::size_t>(most_members, group.rows);
  const std::size_t widest =
      std::max({most_members, query_width() + 2 * std::size_t{c.kv_heads} * c.head_dim,
                std::size_t{c.d_model}, std::size_t{c.gated != 0 ? 2 * c.d_ff : c.d_ff},
                std::size_t{kHeadSliceRows}});
  const std::size_t longest =
      std::max({std::size_t{c.d_model}, query_width(), std::size_t{c.d_ff}});
  CZIP_TRY(residual.allocate(streams * d_stride()));
  CZIP_TRY(normalized.allocate(streams * d_stride()));
  CZIP_TRY(accumulators.allocate(streams * simd::round_up(widest, simd::kRowPadding)));
  CZIP_TRY(query.allocate(query_width() / c.kv_heads + simd::kRowPadding));
  CZIP_TRY(key.allocate(c.head_dim + simd::kRowPadding));
  CZIP_TRY(value.allocate(c.head_dim + simd::kRowPadding));
  CZIP_TRY(attention.allocate(streams * attention_stride()));
  CZIP_TRY(hidden.allocate(streams * hidden_stride()));
  CZIP_TRY(previous.allocate(streams));
  CZIP_TRY(position.allocate(streams));
  CZIP_TRY(
      rings.allocate(streams * network->layers.size() * c.kv_heads * 2 * network->ring_bytes()));
  CZIP_TRY(scores.allocate(kHeadsAtOnce * score_stride()));
  CZIP_TRY(weights.allocate(kHeadsAtOnce * score_stride()));
  return dense_scratch.allocate(simd::dense_scratch_elements(longest));
}

KeyValueRing InferenceState::Buffers::ring(std::size_t stream, std::size_t layer,
                                           std::size_t kv_head) {
  const std::size_t bytes = network->ring_bytes();
  const std::size_t layers = network->layers.size();
  const std::size_t kv_heads = config().kv_heads;
  const std::size_t index = (stream * layers + layer) * kv_heads + kv_head;
  std::size_t next = index + 1;
  if (kv_head + 1 == kv_heads)
    next = stream + 1 < streams ? index + 1 + (layers - 1) * kv_heads : index;
  std::int8_t* keys = rings.data() + index * 2 * bytes;
  return {keys, keys + bytes, config().head_dim,
          static_cast<std::ptrdiff_t>((next - index) * 2 * bytes)};
}

void InferenceState::Buffers::embed(std::span<const std::uint32_t> tokens) {
  const NetworkConfig& c = config();
  for (std::size_t s = 0; s < tokens.size(); ++s) {
    const std::int8_t* row = network->embedding.data() + std::size_t{tokens[s]} * c.d_model;
    const std::int8_t* bigram = nullptr;
    if (c.bigram_buckets != 0) {
      const std::size_t bucket =
          bigram_bucket(previous[s], tokens[s], std::countr_zero(c.bigram_buckets));
      bigram = network->bigram.data() + bucket * c.d_model;
    }
    kernels().embed(row, bigram, c.d_model, static_cast<int>(c.embedding_shift),
                    residual.data() + s * d_stride());
    previous[s] = tokens[s];
  }
}

void InferenceState::Buffers::multiply(const simd::PackedMatrix& matrix,
                                       const AlignedBuffer<std::int8_t>& x, std::size_t x_stride,
                                       std::size_t rows) {
  network->dense_kernels->multiply(matrix, x.data(), x_stride, rows, accumulators.data(),
                                   accumulator_stride(matrix), dense_scratch.data());
}

void InferenceState::Buffers::normalize(const AlignedBuffer<std::int16_t>& gain, std::size_t rows) {
  for (std::size_t r = 0; r < rows; ++r)
    kernels().normalize(residual.data() + r * d_stride(), 1, config().d_model, gain.data(),
                        normalized.data() + r * d_stride());
}

// residual += requantized accumulators of `matrix`.
void InferenceState::Buffers::add_to_residual(const simd::PackedMatrix& matrix,
                                              const PackedChannels& scale, std::size_t rows) {
  for (std::size_t r = 0; r < rows; ++r)
    kernels().add_requantized(accumulators.data() + r * accumulator_stride(matrix),
                              config().d_model, scale.from(0), residual.data() + r * d_stride());
}

// Computes attention of one stream: from its accumulators of `qkv` to its row of `attention`.
void InferenceState::Buffers::attend(std::size_t layer, std::size_t stream) {
  const NetworkConfig& c = config();
  const PackedLayer& weights_of = network->layers[layer];
  const std::size_t n = c.head_dim;
  const std::size_t heads_per_key = c.heads / c.kv_heads;
  const auto slot = static_cast<std::size_t>(position[stream] % c.window);
  const std::int32_t* queries = accumulators.data() + stream * accumulator_stride(weights_of.qkv);
  const std::int32_t* keys = queries + c.heads * n;
  const std::int32_t* values = keys + c.kv_heads * n;
  std::int8_t* out = attention.data() + stream * attention_stride();

  for (std::size_t g = 0; g < c.kv_heads; ++g) {
    const KeyValueRing kv = ring(stream, layer, g);
    const std::size_t head = g * heads_per_key;
    kernels().normalize(queries + head * n, heads_per_key, n,
                        weights_of.query_norm.data() + head * n, query.data());
    kernels().normalize(keys + g * n, 1, n, weights_of.key_norm.data() + g * n, key.data());
    kernels().requantize_values(values + g * n, n, weights_of.value_scale.from(g * n),
                                value.data());
    kernels().append(kv, slot, key.data(), value.data());
    const AttentionInput input{
        .query = query.data(),
        .heads = heads_per_key,
        .window = c.window,
        .slot = slot,
        .slots = static_cast<std::size_t>(std::min<std::uint64_t>(position[stream] + 1, c.window)),
        .bias = weights_of.bias.data() + head * 2 * c.window,
        .score_scale = weights_of.score_scale.data() + head,
        .sink = weights_of.sink.data() + head,
        .gain = weights_of.attention_gain.data() + head,
        .exp2 = &network->exp2};
    kernels().attend(input, kv, {scores.data(), weights.data(), score_stride()}, out + head * n);
  }
}

void InferenceState::Buffers::attention_block(std::size_t layer, std::size_t rows) {
  const PackedLayer& weights_of = network->layers[layer];
  normalize(weights_of.attention_norm, rows);
  multiply(weights_of.qkv, normalized, d_stride(), rows);
  for (std::size_t stream = 0; stream < rows; ++stream) attend(layer, stream);
  multiply(weights_of.output, attention, attention_stride(), rows);
  add_to_residual(weights_of.output, weights_of.output_scale, rows);
}

void InferenceState::Buffers::feed_forward_block(const PackedLayer& layer, std::size_t rows) {
  const std::size_t d_ff = config().d_ff;
  normalize(layer.feed_forward_norm, rows);
  multiply(layer.up, normalized, d_stride(), rows);
  for (std::size_t r = 0; r < rows; ++r) {
    const std::int32_t* up = accumulators.data() + r * accumulator_stride(layer.up);
    std::int8_t* row = hidden.data() + r * hidden_stride();
    if (config().gated != 0)
      kernels().activate(up, layer.up_scale.from(0), up + d_ff, layer.up_scale.from(d_ff), d_ff,
                         row);
    else
      kernels().activate_squared(up, layer.up_scale.from(0), d_ff, row);
  }
  multiply(layer.down, hidden, hidden_stride(), rows);
  add_to_residual(layer.down, layer.down_scale, rows);
}

void InferenceState::Buffers::head(std::size_t rows, std::int32_t* logits) {
  normalize(network->final_norm, rows);
  std::size_t first = 0;
  for (const simd::PackedMatrix& slice : network->group_head) {
    multiply(slice, normalized, d_stride(), rows);
    for (std::size_t r = 0; r < rows; ++r)
      kernels().requantize_logits(accumulators.data() + r * accumulator_stride(slice), slice.rows,
                                  network->head_scale, network->head_limit,
                                  logits + r * network->members.size() + first);
    first += slice.rows;
  }
}

// Uses the stream's row as `head` normalized it last.
void InferenceState::Buffers::member_logits(std::size_t stream, const simd::PackedMatrix& members,
                                            std::int32_t* logits) {
  if (members.rows == 1) {
    logits[0] = 0;
    return;
  }
  network->dense_kernels->multiply(members, normalized.data() + stream * d_stride(), d_stride(), 1,
                                   accumulators.data(), accumulator_stride(members),
                                   dense_scratch.data());
  kernels().requantize_logits(accumulators.data(), members.rows, network->head_scale,
                              network->head_limit, logits);
}

InferenceState::InferenceState(std::unique_ptr<Buffers> buffers) : buffers_(std::move(buffers)) {}
InferenceState::InferenceState(InferenceState&&) noexcept = default;
InferenceState& InferenceState::operator=(InferenceState&&) noexcept = default;
InferenceState::~InferenceState() = default;

Result<InferenceState> InferenceState::create(const Network& network, std::uint32_t streams) {
  if (streams == 0 || streams > NetworkLimits::kStreams)
    return fail(ErrorCode::invalid_argument, std::to_string(streams) + " streams, expected 1 to " +
                                                 std::to_string(NetworkLimits::kStreams));
  std::unique_ptr<Buffers> buffers(new (std::nothrow) Buffers);
  if (buffers != nullptr) {
    buffers->network = network.packed_.get();
    buffers->streams = streams;
  }
  if (buffers == nullptr || !buffers->allocate())
    return fail(ErrorCode::out_of_memory,
                "not enough memory for " + std::to_string(streams) + " streams of a network");
  return InferenceState(std::move(buffers));
}

void InferenceState::reset() {
  Buffers& b = *buffers_;
  std::fill_n(b.position.data(), b.streams, 0);
  std::fill_n(b.previous.data(), b.streams, 0);
}

void InferenceState::step(std::span<const std::uint32_t> tokens, std::span<std::int32_t> logits) {
  Buffers& b = *buffers_;
  b.embed(tokens);
  for (std::size_t layer = 0; layer < b.network->layers.size(); ++layer) {
    b.attention_block(layer, tokens.size());
    b.feed_forward_block(b.network->layers[layer], tokens.size());
  }
  b.head(tokens.size(), logits.data());
  for (std::size_t s = 0; s < tokens.size(); ++s) ++b.position[s];
}

void InferenceState::member_logits(std::size_t stream, std::size_t group,
                                   std::span<std::int32_t> logits) {
  buffers_->member_logits(stream, buffers_->network->members[group], logits.data());
}

}  // namespace czip::v2
