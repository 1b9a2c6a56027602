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

template <class T>
bool copy_padded(const std::vector<T>& source, AlignedBuffer<T>& target) {
  if (!target.allocate(source.size() + simd::kRowPadding)) return false;
  std::ranges::copy(source, target.data());
  return true;
}

bool pack_scale(const Scale& source, std::int32_t bound, PackedScale& target) {
  if (!copy_padded(source.multiplier, target.multiplier) ||
      !target.limit.allocate(source.multiplier.size() + simd::kRowPadding))
    return false;
  target.shift = source.shift;
  for (std::size_t i = 0; i < source.multiplier.size(); ++i)
    target.limit[i] = requantize_limit(source.multiplier[i], source.shift, bound);
  return true;
}

bool pack_bias(const LayerWeights& source, const NetworkConfig& config, PackedLayer& target) {
  const std::size_t window = config.window;
  if (!target.bias.allocate(config.heads * 2 * window)) return false;
  for (std::size_t head = 0; head < config.heads; ++head)
    for (std::size_t x = 0; x < 2 * window; ++x)
      target.bias[head * 2 * window + x] =
          source.position_bias[head * window + (2 * window - 1 - x) % window];
  return true;
}

bool pack_layer(const LayerWeights& source, PackedNetwork& network, PackedLayer& target) {
  const simd::DenseKernels& kernels = *network.dense_kernels;
  return copy_padded(source.attention_norm, target.attention_norm) &&
         simd::pack(kernels, source.qkv, target.qkv) &&
         copy_padded(source.query_norm, target.query_norm) &&
         copy_padded(source.key_norm, target.key_norm) &&
         pack_scale(source.value_scale, kValueBound, target.value_scale) &&
         pack_bias(source, network.config, target) &&
         copy_padded(source.score_scale, target.score_scale) &&
         copy_padded(source.sink, target.sink) &&
         copy_padded(source.attention_gain, target.attention_gain) &&
         simd::pack(kernels, source.output, target.output) &&
         pack_scale(source.output_scale, kResidualStep, target.output_scale) &&
         copy_padded(source.feed_forward_norm, target.feed_forward_norm) &&
         simd::pack(kernels, source.up, target.up) &&
         pack_scale(source.up_scale, kActivationBound, target.up_scale) &&
         simd::pack(kernels, source.down, target.down) &&
         pack_scale(source.down_scale, kResidualStep, target.down_scale);
}

// Rows of `weights`, as `row_of` numbers them.
template <class RowOf>
bool pack_rows(const MatrixI8& weights, std::uint32_t first, std::uint32_t count,
               const RowOf& row_of, const PackedNetwork& network, simd::PackedMatrix& packed) {
  MatrixI8 part{count, weights.cols, {}};
  part.data.reserve(std::size_t{count} * weights.cols);
  for (std::uint32_t r = first; r < first + count; ++r) {
    const auto row = std::span(weights.data).subspan(row_of(r) * weights.cols, weights.cols);
    part.data.insert(part.data.end(), row.begin(), row.end());
  }
  return simd::pack(*network.dense_kernels, part, packed);
}

bool pack_group_head(const MatrixI8& weights, PackedNetwork& network) {
  const auto same = [](std::size_t r) { return r; };
  for (std::uint32_t first = 0; first < weights.rows; first += kHeadPart)
    if (!pack_rows(weights, first, std::min(kHeadPart, weights.rows - first), same, network,
                   network.group_head.emplace_back()))
      return false;
  return true;
}

bool pack_members(const MatrixI8& weights, const LogitOrder& order, PackedNetwork& network) {
  const auto row_of = [&](std::size_t r) {
    return order.tokens.empty() ? r : std::size_t{order.tokens[r]};
  };
  network.members.resize(order.groups.size());
  for (std::size_t g = 0; g < order.groups.size(); ++g) {
    const std::uint32_t first = order.groups[g];
    const std::uint32_t end = g + 1 < order.groups.size() ? order.groups[g + 1] : weights.rows;
    network.members[g].rows = end - first;
    if (end - first > 1 &&
        !pack_rows(weights, first, end - first, row_of, network, network.members[g]))
      return false;
  }
  return true;
}

// Moves the weights into one piece of memory, where they share large pages: hundreds of pages less
// to translate the addresses of.
bool gather_weights(PackedNetwork& network) {
  std::vector<AlignedBuffer<std::int8_t>*> parts;
  for (PackedLayer& layer : network.layers)
    for (simd::PackedMatrix* matrix : {&layer.qkv, &layer.output, &layer.up, &layer.down})
      parts.push_back(&matrix->weights);
  for (simd::PackedMatrix& part : network.group_head) parts.push_back(&part.weights);
  for (simd::PackedMatrix& group : network.members) parts.push_back(&group.weights);
  parts.push_back(&network.embedding);
  parts.push_back(&network.bigram);

  std::size_t bytes = 0;
  for (const auto* part : parts) bytes += simd::round_up(part->size(), simd::kCacheLine);
  if (!network.weights.allocate(bytes)) return false;
  std::int8_t* place = network.weights.data();
  for (auto* part : parts) {
    part->move_to(place);
    place += simd::round_up(part->size(), simd::kCacheLine);
  }
  return true;
}

bool pack_network(const Weights& model, const LogitOrder& order, PackedNetwork& network) {
  network.config = model.config;
  network.exp2 = model.exp2;
  network.head_scale = model.head_scale;
  network.head_limit = requantize_limit(model.head_scale, kLogitShift, kLogitBound);
  network.layers.resize(model.layers.size());
  for (std::size_t i = 0; i < model.layers.size(); ++i)
    if (!pack_layer(model.layers[i], network, network.layers[i])) return false;
  return copy_padded(model.embedding.data, network.embedding) &&
         copy_padded(model.bigram.data, network.bigram) &&
         copy_padded(model.final_norm, network.final_norm) &&
         pack_group_head(model.group_head, network) &&
         pack_members(model.config.tied != 0 ? model.embedding : model.head, order, network) &&
         gather_weights(network);
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

Result<Weights> load_checked(const safetensors::File& file, SimdLevel level,
                             const LogitOrder& order) {
  if (simd::find_kernels(level) == nullptr)
    return fail(ErrorCode::invalid_argument, "SIMD level " + std::string(simd_level_name(level)) +
                                                 " is not supported by this CPU or build");
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
    CZIP_TRY_ASSIGN(const auto model, load_checked(file, level, order));
    auto network = std::make_unique<PackedNetwork>();
    network->level = level;
    const simd::KernelSet& kernels = *simd::find_kernels(level);
    network->dense_kernels = &kernels.dense;
    network->kernels = &kernels.v2_network;
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
