#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "czip/engine/v1/network.hpp"
#include "v1/packed_network.hpp"

namespace czip::v1 {

// Shapes: R rows, D model width, F feed-forward width, V vocabulary; each int8 row starts at a
// multiple of 64 bytes.
struct InferenceState::Buffers {
  const PackedNetwork* network = nullptr;
  Capacity capacity{};

  AlignedBuffer<std::int32_t> residual;          // [R, D]
  AlignedBuffer<std::int8_t> normalized;         // [R, D]
  AlignedBuffer<std::int8_t> qkv;                // [R, D + 128]
  AlignedBuffer<std::int8_t> attention;          // [R, D]
  AlignedBuffer<std::int8_t> up;                 // [R, 2F]
  AlignedBuffer<std::int8_t> hidden;             // [R, F]
  AlignedBuffer<std::int8_t> branch;             // [R, D], a branch's output before its norm
  AlignedBuffer<std::int32_t> logits;            // [R, V]
  AlignedBuffer<std::uint32_t> row_position;     // [R]
  AlignedBuffer<std::uint32_t> sequence_length;  // [sequences]
  AlignedBuffer<std::int8_t> cache;              // [sequences, layers, keys then values]
  AttentionScratch scratch;
  AlignedBuffer<std::int16_t> dense_scratch;

  [[nodiscard]] std::size_t d_stride() const { return simd::activation_stride(network->d_model); }
  [[nodiscard]] std::size_t qkv_stride() const {
    return simd::activation_stride(network->d_model + 2 * kHeadDim);
  }
  [[nodiscard]] std::size_t up_stride() const {
    return simd::activation_stride(std::size_t{2} * network->d_ff);
  }
  [[nodiscard]] std::size_t hidden_stride() const { return simd::activation_stride(network->d_ff); }
  [[nodiscard]] std::size_t logits_stride() const {
    return simd::round_up(network->vocabulary, simd::kRowPadding);
  }

  Status allocate();
  KvCache layer_cache(std::uint32_t sequence, std::size_t layer);
  void embed(std::span<const InputRow> rows);
  void attention_block(std::size_t layer, std::span<const InputRow> rows);
  void attend_row(std::size_t layer, std::span<const InputRow> rows, std::size_t r);
  void feed_forward_block(std::size_t layer, std::size_t row_count);
  void add_branch(const AlignedBuffer<std::int8_t>& norm, std::size_t row_count);
  void normalize_rows(const AlignedBuffer<std::int8_t>& norm, std::size_t row_count);
};

Status InferenceState::Buffers::allocate() {
  const std::size_t rows = capacity.rows;
  // One further padding after the last row lets vector kernels run over its end.
  CZIP_TRY(residual.allocate(rows * d_stride() + simd::kRowPadding));
  CZIP_TRY(normalized.allocate(rows * d_stride() + simd::kRowPadding));
  CZIP_TRY(qkv.allocate(rows * qkv_stride() + simd::kRowPadding));
  CZIP_TRY(attention.allocate(rows * d_stride() + simd::kRowPadding));
  CZIP_TRY(up.allocate(rows * up_stride() + simd::kRowPadding));
  CZIP_TRY(hidden.allocate(rows * hidden_stride() + simd::kRowPadding));
  CZIP_TRY(branch.allocate(rows * d_stride() + simd::kRowPadding));
  CZIP_TRY(logits.allocate(rows * logits_stride() + simd::kRowPadding));
  CZIP_TRY(row_position.allocate(rows));
  CZIP_TRY(sequence_length.allocate(capacity.sequences));
  CZIP_TRY(cache.allocate(capacity.sequences * network->layers.size() * 2 *
                          cache_bytes(capacity.context)));
  CZIP_TRY(scratch.allocate(capacity.context));
  return dense_scratch.allocate(
      simd::dense_scratch_elements(std::max(network->d_model, network->d_ff)));
}

KvCache InferenceState::Buffers::layer_cache(std::uint32_t sequence, std::size_t layer) {
  const std::size_t bytes = cache_bytes(capacity.context);
  std::int8_t* keys = cache.data() + (sequence * network->layers.size() + layer) * 2 * bytes;
  return {keys, keys + bytes};
}

void InferenceState::Buffers::embed(std::span<const InputRow> rows) {
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const std::int8_t* source =
        network->embedding.data() + std::size_t{rows[r].token} * network->d_model;
    std::copy_n(source, network->d_model, residual.data() + r * d_stride());
    row_position[r] = sequence_length[rows[r].sequence]++;
  }
}

void InferenceState::Buffers::normalize_rows(const AlignedBuffer<std::int8_t>& norm,
                                             std::size_t row_count) {
  for (std::size_t r = 0; r < row_count; ++r)
    network->kernels->normalize_residual(residual.data() + r * d_stride(), norm.data(),
                                         network->inverse_rms.data(), network->d_model,
                                         normalized.data() + r * d_stride());
}

void InferenceState::Buffers::add_branch(const AlignedBuffer<std::int8_t>& norm,
                                         std::size_t row_count) {
  for (std::size_t r = 0; r < row_count; ++r)
    network->kernels->add_normalized(branch.data() + r * d_stride(), norm.data(),
                                     network->inverse_rms.data(), network->d_model,
                                     residual.data() + r * d_stride());
}

// Rotates the row's query and key, extends its sequence's cache and attends over it. Rows go in
// order, so a row sees the earlier rows of its own sequence and not the later ones.
void InferenceState::Buffers::attend_row(std::size_t layer, std::span<const InputRow> rows,
                                         std::size_t r) {
  const PackedLayer& weights = network->layers[layer];
  const Kernels& kernels = *network->kernels;
  const std::uint32_t position = row_position[r];
  const std::int16_t* cosine = network->rope_cos.data() + std::size_t{position} * kRopePairs;
  const std::int16_t* sine = network->rope_sin.data() + std::size_t{position} * kRopePairs;
  std::int8_t* query = qkv.data() + r * qkv_stride();
  std::int8_t* key = query + network->d_model;
  const std::int8_t* value = key + kHeadDim;

  for (std::size_t h = 0; h < network->heads; ++h)
    kernels.rotate_query(query + h * kHeadDim, cosine, sine);
  kernels.rotate_key(key, cosine, sine);

  const KvCache kv = layer_cache(rows[r].sequence, layer);
  network->attention_kernels->append_key_value(kv, position, key, value);
  const bool next_differs = r + 1 < rows.size() && rows[r + 1].sequence != rows[r].sequence;
  const AttentionInput input{.query = query,
                             .heads = network->heads,
                             .positions = position + 1,
                             .score_multiplier = weights.score_multiplier.data(),
                             .sink_key = weights.has_sink ? weights.sink_key : nullptr,
                             .exp = &network->attention_exp,
                             .dialect = network->dialect,
                             .next_cache = next_differs ? layer_cache(rows[r + 1].sequence, layer)
                                                        : KvCache{nullptr, nullptr},
                             .next_positions = next_differs ? row_position[r + 1] : 0};
  network->attention_kernels->attend(input, kv, scratch, attention.data() + r * d_stride());
}

void InferenceState::Buffers::attention_block(std::size_t layer, std::span<const InputRow> rows) {
  const PackedLayer& weights = network->layers[layer];
  const Kernels& kernels = *network->kernels;
  normalize_rows(weights.attention_input_norm, rows.size());
  kernels.dense_requantize(weights.qkv.matrix, weights.qkv.plan, normalized.data(), d_stride(),
                           rows.size(), qkv.data(), qkv_stride(), dense_scratch.data());
  for (std::size_t r = 0; r < rows.size(); ++r) attend_row(layer, rows, r);
  kernels.dense_requantize(weights.attention_output.matrix, weights.attention_output.plan,
                           attention.data(), d_stride(), rows.size(), branch.data(), d_stride(),
                           dense_scratch.data());
  add_branch(weights.attention_output_norm, rows.size());
}

void InferenceState::Buffers::feed_forward_block(std::size_t layer, std::size_t row_count) {
  const PackedLayer& weights = network->layers[layer];
  const Kernels& kernels = *network->kernels;
  normalize_rows(weights.feed_forward_input_norm, row_count);
  kernels.dense_requantize(weights.up.matrix, weights.up.plan, normalized.data(), d_stride(),
                           row_count, up.data(), up_stride(), dense_scratch.data());
  for (std::size_t r = 0; r < row_count; ++r) {
    const std::int8_t* gate = up.data() + r * up_stride();
    kernels.gated_relu(gate, gate + network->d_ff, network->d_ff,
                       hidden.data() + r * hidden_stride());
  }
  kernels.dense_requantize(weights.down.matrix, weights.down.plan, hidden.data(), hidden_stride(),
                           row_count, branch.data(), d_stride(), dense_scratch.data());
  add_branch(weights.feed_forward_output_norm, row_count);
}

InferenceState::InferenceState(std::unique_ptr<Buffers> buffers) : buffers_(std::move(buffers)) {}
InferenceState::InferenceState(InferenceState&&) noexcept = default;
InferenceState& InferenceState::operator=(InferenceState&&) noexcept = default;
InferenceState::~InferenceState() = default;

Result<InferenceState> InferenceState::create(const Network& transformer, Capacity capacity) {
  if (capacity.context == 0 || capacity.context > transformer.positions())
    return fail(ErrorCode::invalid_argument,
                "context of " + std::to_string(capacity.context) + " tokens, but the model has " +
                    std::to_string(transformer.positions()) + " positions");
  if (capacity.sequences == 0 || capacity.rows == 0)
    return fail(ErrorCode::invalid_argument, "an inference state needs a sequence and a row");
  std::unique_ptr<Buffers> buffers(new (std::nothrow) Buffers);
  if (buffers != nullptr) {
    buffers->network = transformer.network_.get();
    buffers->capacity = capacity;
  }
  if (buffers == nullptr || !buffers->allocate())
    return fail(ErrorCode::out_of_memory,
                "not enough memory for " + std::to_string(capacity.sequences) + " sequences of " +
                    std::to_string(capacity.context) + " tokens");
  return InferenceState(std::move(buffers));
}

void InferenceState::reset(std::uint32_t sequence) { buffers_->sequence_length[sequence] = 0; }

void InferenceState::forward(std::span<const InputRow> rows) {
  Buffers& b = *buffers_;
  b.embed(rows);
  for (std::size_t layer = 0; layer < b.network->layers.size(); ++layer) {
    b.attention_block(layer, rows);
    b.feed_forward_block(layer, rows.size());
  }
  b.normalize_rows(b.network->final_norm, rows.size());
  b.network->dense_kernels->multiply(b.network->head, b.normalized.data(), b.d_stride(),
                                     rows.size(), b.logits.data(), b.logits_stride(),
                                     b.dense_scratch.data());
}

std::span<const std::int32_t> InferenceState::logits(std::size_t row) const {
  return {buffers_->logits.data() + row * buffers_->logits_stride(), buffers_->network->vocabulary};
}

}  // namespace czip::v1
