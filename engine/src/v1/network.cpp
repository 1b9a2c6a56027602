#include "czip/engine/v1/network.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "simd/kernel_set.hpp"
#include "v1/packed_network.hpp"

namespace czip::v1 {
namespace {

using simd::copy_padded;

Status pack_dense(const simd::DenseKernels& kernels, const DenseWeights& source,
                  PackedDense& target) {
  target.plan = make_requantize_plan(source.requantization);
  return simd::pack(kernels, source.weight, target.matrix);
}

Status pack_layer(const simd::DenseKernels& kernels, const LayerWeights& source,
                  PackedLayer& target) {
  CZIP_TRY(target.score_multiplier.allocate(source.score_multiplier.size()));
  std::ranges::copy(source.score_multiplier, target.score_multiplier.data());
  target.has_sink = source.sink_key.has_value();
  if (source.sink_key) std::ranges::copy(*source.sink_key, target.sink_key);
  CZIP_TRY(copy_padded(source.attention_input_norm, target.attention_input_norm));
  CZIP_TRY(copy_padded(source.attention_output_norm, target.attention_output_norm));
  CZIP_TRY(copy_padded(source.feed_forward_input_norm, target.feed_forward_input_norm));
  CZIP_TRY(copy_padded(source.feed_forward_output_norm, target.feed_forward_output_norm));
  CZIP_TRY(pack_dense(kernels, source.qkv, target.qkv));
  CZIP_TRY(pack_dense(kernels, source.attention_output, target.attention_output));
  CZIP_TRY(pack_dense(kernels, source.up, target.up));
  return pack_dense(kernels, source.down, target.down);
}

// Vector kernels take score multipliers in [0, 2^27], where no score leaves 31 bits; a model beyond
// that (none is known) runs its attention on the scalar kernel.
bool scores_fit_vector_lanes(const LayerWeights& layer) {
  return std::ranges::all_of(layer.score_multiplier,
                             [](std::int32_t m) { return m >= 0 && m <= (1 << 27); });
}

Status pack_tables(const Weights& model, PackedNetwork& network) {
  const std::size_t rope_entries = std::size_t{model.positions} * kRopePairs;
  CZIP_TRY(network.rope_cos.allocate(rope_entries));
  CZIP_TRY(network.rope_sin.allocate(rope_entries));
  CZIP_TRY(network.inverse_rms.allocate(kInverseRmsEntries));
  std::ranges::copy(model.rope_cos, network.rope_cos.data());
  std::ranges::copy(model.rope_sin, network.rope_sin.data());
  for (std::uint32_t ms = 1; ms < kInverseRmsEntries; ++ms)
    network.inverse_rms[ms] = inverse_rms(ms, network.dialect);
  return {};
}

Status pack_network(const Weights& model, PackedNetwork& network) {
  CZIP_TRY(network.embedding.allocate(model.embedding.data.size()));
  std::ranges::copy(model.embedding.data, network.embedding.data());
  network.layers.resize(model.layers.size());
  for (std::size_t i = 0; i < model.layers.size(); ++i)
    CZIP_TRY(pack_layer(*network.dense_kernels, model.layers[i], network.layers[i]));
  CZIP_TRY(copy_padded(model.final_norm, network.final_norm));
  CZIP_TRY(simd::pack(*network.dense_kernels, model.head, network.head));
  return pack_tables(model, network);
}

}  // namespace

Network::Network(std::unique_ptr<const PackedNetwork> network) : network_(std::move(network)) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

Result<Network> Network::create(const Weights& model, SimdLevel level, Dialect dialect) {
  CZIP_TRY_ASSIGN(const simd::KernelSet* const kernels, simd::require_kernels(level));
  try {
    auto network = std::make_unique<PackedNetwork>();
    network->level = level;
    network->dense_kernels = &kernels->dense;
    network->kernels = &kernels->v1_network;
    network->dialect = dialect;
    network->vocabulary = model.vocabulary;
    network->d_model = model.d_model;
    network->heads = model.heads;
    network->d_ff = model.d_ff;
    network->positions = model.positions;
    network->target_total = model.target_total;
    network->attention_exp = make_exp_function(model.exp2_table, kAttentionExpCoefficient);
    network->output_exp = make_exp_function(model.exp2_table, model.softmax_coefficient);
    network->attention_kernels = std::ranges::all_of(model.layers, scores_fit_vector_lanes)
                                     ? network->kernels
                                     : &simd::kScalarKernels.v1_network;
    if (pack_network(model, *network)) return Network(std::move(network));
  } catch (const std::bad_alloc&) {  // reported below
  }
  return fail(ErrorCode::out_of_memory, "not enough memory for the model");
}

SimdLevel Network::level() const { return network_->level; }
Dialect Network::dialect() const { return network_->dialect; }
std::uint32_t Network::vocabulary() const { return network_->vocabulary; }
std::uint32_t Network::positions() const { return network_->positions; }

std::size_t Network::sequence_bytes(std::uint32_t context) const {
  return network_->layers.size() * 2 * cache_bytes(context);
}

}  // namespace czip::v1
