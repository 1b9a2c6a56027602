#include "czip/engine/v2/network.hpp"

#include <algorithm>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "simd/kernel_set.hpp"
#include "v2/packed_network.hpp"
#include "v2/weights.hpp"

namespace czip::v2 {
namespace {

using simd::copy_padded;

Status pack_channels(const ChannelScale& source, std::int32_t bound, PackedChannels& target) {
  CZIP_TRY(copy_padded(source.multiplier, target.multiplier));
  CZIP_TRY(target.limit.allocate(source.multiplier.size() + simd::kRowPadding));
  target.shift = source.shift;
  for (std::size_t i = 0; i < source.multiplier.size(); ++i)
    target.limit[i] = requantize_limit(source.multiplier[i], source.shift, bound);
  return {};
}

Status pack_bias(const LayerWeights& source, const NetworkConfig& config, PackedLayer& target) {
  const std::size_t window = config.window;
  CZIP_TRY(target.bias.allocate(config.heads * 2 * window));
  for (std::size_t head = 0; head < config.heads; ++head)
    for (std::size_t x = 0; x < 2 * window; ++x)
      target.bias[head * 2 * window + x] =
          source.position_bias[head * window + (2 * window - 1 - x) % window];
  return {};
}

Status pack_attention(const LayerWeights& source, const PackedNetwork& network,
                      PackedLayer& target) {
  const simd::DenseKernels& kernels = *network.dense_kernels;
  CZIP_TRY(copy_padded(source.attention_norm, target.attention_norm));
  CZIP_TRY(simd::pack(kernels, source.qkv, target.qkv));
  CZIP_TRY(copy_padded(source.query_norm, target.query_norm));
  CZIP_TRY(copy_padded(source.key_norm, target.key_norm));
  CZIP_TRY(pack_channels(source.value_scale, kValueBound, target.value_scale));
  CZIP_TRY(pack_bias(source, network.config, target));
  CZIP_TRY(copy_padded(source.score_scale, target.score_scale));
  CZIP_TRY(copy_padded(source.sink, target.sink));
  CZIP_TRY(copy_padded(source.attention_gain, target.attention_gain));
  CZIP_TRY(simd::pack(kernels, source.output, target.output));
  return pack_channels(source.output_scale, kResidualStep, target.output_scale);
}

Status pack_feed_forward(const LayerWeights& source, const PackedNetwork& network,
                         PackedLayer& target) {
  const simd::DenseKernels& kernels = *network.dense_kernels;
  CZIP_TRY(copy_padded(source.feed_forward_norm, target.feed_forward_norm));
  CZIP_TRY(simd::pack(kernels, source.up, target.up));
  CZIP_TRY(pack_channels(source.up_scale, kActivationBound, target.up_scale));
  CZIP_TRY(simd::pack(kernels, source.down, target.down));
  return pack_channels(source.down_scale, kResidualStep, target.down_scale);
}

// Packs `count` rows of `weights`, the r-th of them being row_of(r), r counted from `first`.
template <class RowOf>
Status pack_rows(const MatrixI8& weights, std::uint32_t first, std::uint32_t count,
                 const RowOf& row_of, const PackedNetwork& network, simd::PackedMatrix& packed) {
  MatrixI8 rows{count, weights.cols, {}};
  rows.data.reserve(std::size_t{count} * weights.cols);
  for (std::uint32_t r = first; r < first + count; ++r) {
    const auto row = std::span(weights.data).subspan(row_of(r) * weights.cols, weights.cols);
    rows.data.insert(rows.data.end(), row.begin(), row.end());
  }
  return simd::pack(*network.dense_kernels, rows, packed);
}

Status pack_group_head(const MatrixI8& weights, PackedNetwork& network) {
  const auto same = [](std::size_t r) { return r; };
  for (std::uint32_t first = 0; first < weights.rows; first += kHeadSliceRows)
    CZIP_TRY(pack_rows(weights, first, std::min(kHeadSliceRows, weights.rows - first), same,
                       network, network.group_head.emplace_back()));
  return {};
}

Status pack_members(const MatrixI8& weights, const LogitOrder& order, PackedNetwork& network) {
  const auto row_of = [&](std::size_t r) {
    return order.tokens.empty() ? r : std::size_t{order.tokens[r]};
  };
  network.members.resize(order.groups.size());
  for (std::size_t g = 0; g < order.groups.size(); ++g) {
    const std::uint32_t first = order.groups[g];
    const std::uint32_t end = g + 1 < order.groups.size() ? order.groups[g + 1] : weights.rows;
    network.members[g].rows = end - first;
    if (end - first > 1)
      CZIP_TRY(pack_rows(weights, first, end - first, row_of, network, network.members[g]));
  }
  return {};
}

// Moves the weights into one allocation, where they share huge pages: this saves the address
// translation of hundreds of small ones.
Status gather_weights(PackedNetwork& network) {
  std::vector<AlignedBuffer<std::int8_t>*> buffers;
  for (PackedLayer& layer : network.layers)
    for (simd::PackedMatrix* matrix : {&layer.qkv, &layer.output, &layer.up, &layer.down})
      buffers.push_back(&matrix->weights);
  for (simd::PackedMatrix& slice : network.group_head) buffers.push_back(&slice.weights);
  for (simd::PackedMatrix& group : network.members) buffers.push_back(&group.weights);
  buffers.push_back(&network.embedding);
  buffers.push_back(&network.bigram);

  std::size_t bytes = 0;
  for (const auto* buffer : buffers) bytes += simd::round_up(buffer->size(), simd::kCacheLine);
  CZIP_TRY(network.weights.allocate(bytes));
  std::int8_t* place = network.weights.data();
  for (auto* buffer : buffers) {
    buffer->move_to(place);
    place += simd::round_up(buffer->size(), simd::kCacheLine);
  }
  return {};
}

Status pack_network(const Weights& model, const LogitOrder& order, PackedNetwork& network) {
  network.config = model.config;
  network.exp2 = model.exp2;
  network.head_scale = model.head_scale;
  network.head_limit = requantize_limit(model.head_scale, kLogitShift, kLogitBound);
  network.layers.resize(model.layers.size());
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    CZIP_TRY(pack_attention(model.layers[i], network, network.layers[i]));
    CZIP_TRY(pack_feed_forward(model.layers[i], network, network.layers[i]));
  }
  CZIP_TRY(copy_padded(model.embedding.data, network.embedding));
  CZIP_TRY(copy_padded(model.bigram.data, network.bigram));
  CZIP_TRY(copy_padded(model.final_norm, network.final_norm));
  CZIP_TRY(pack_group_head(model.group_head, network));
  CZIP_TRY(pack_members(model.config.tied != 0 ? model.embedding : model.head, order, network));
  return gather_weights(network);
}

bool is_permutation_of(std::span<const std::uint16_t> order, std::uint32_t size) {
  if (order.size() != size) return false;
  std::vector<bool> seen(size);
  for (const std::uint16_t token : order) {
    if (token >= size || seen[token]) return false;
    seen[token] = true;
  }
  return true;
}

bool are_groups_of(std::span<const std::uint32_t> groups, const NetworkConfig& config) {
  if (groups.empty() || groups.front() != 0) return false;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const std::uint32_t end = g + 1 < groups.size() ? groups[g + 1] : config.vocabulary;
    if (end <= groups[g] || end - groups[g] > config.group_size) return false;
  }
  return true;
}

Result<Weights> load_checked(const safetensors::File& file, const LogitOrder& order) {
  CZIP_TRY_ASSIGN(const auto config, load_network_config(file));
  if (!order.tokens.empty() && !is_permutation_of(order.tokens, config.vocabulary))
    return fail(ErrorCode::invalid_argument,
                "the order of the logits is no permutation of the network's " +
                    std::to_string(config.vocabulary) + " tokens");
  if (!are_groups_of(order.groups, config))
    return fail(ErrorCode::invalid_argument, "the groups of the logits are no groups of at most " +
                                                 std::to_string(config.group_size) +
                                                 " of the network's " +
                                                 std::to_string(config.vocabulary) + " tokens");
  return load_weights(file, static_cast<std::uint32_t>(order.groups.size()));
}

}  // namespace

Network::Network(std::unique_ptr<const PackedNetwork> packed) : packed_(std::move(packed)) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

Result<NetworkConfig> Network::read_config(const safetensors::File& file) {
  return load_network_config(file);
}

Result<Network> Network::create(const safetensors::File& file, SimdLevel level,
                                const LogitOrder& order) {
  try {
    CZIP_TRY_ASSIGN(const simd::KernelSet* const kernels, simd::require_kernels(level));
    CZIP_TRY_ASSIGN(const auto model, load_checked(file, order));
    auto network = std::make_unique<PackedNetwork>();
    network->level = level;
    network->dense_kernels = &kernels->dense;
    network->kernels = &kernels->v2_network;
    if (pack_network(model, order, *network)) return Network(std::move(network));
  } catch (const std::bad_alloc&) {  // reported below
  }
  return fail(ErrorCode::out_of_memory, "not enough memory for the network");
}

const NetworkConfig& Network::config() const { return packed_->config; }
SimdLevel Network::level() const { return packed_->level; }
std::size_t Network::groups() const { return packed_->members.size(); }
std::size_t Network::members(std::size_t group) const { return packed_->members[group].rows; }

std::size_t Network::stream_bytes() const {
  return packed_->layers.size() * packed_->config.kv_heads * 2 * packed_->ring_bytes();
}

void Network::cumulative_frequencies(std::span<const std::int32_t> logits,
                                     std::span<std::uint32_t> cumulative) const {
  packed_->kernels->cumulative_frequencies(logits.data(), logits.size(), packed_->exp2,
                                           cumulative.data());
}

}  // namespace czip::v2
