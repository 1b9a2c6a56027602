// The forward pass of v2 networks of two kinds.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/v2/network.hpp"
#include "signature/models.hpp"
#include "signature/parts.hpp"

namespace czip::signature {
namespace {

constexpr std::uint32_t kStreams = 3;
constexpr int kSteps = 40;  // beyond the window

Status add_network(const v2::NetworkConfig& config, SimdLevel level, Hasher& hasher) {
  std::vector<std::uint32_t> groups;
  for (std::uint32_t first = 0; first < config.vocabulary; first += config.group_size)
    groups.push_back(first);
  Random random(6 + config.gated);
  Tensors tensors;
  add_network_tensors(config, groups.size(), random, tensors);
  const std::vector<std::uint8_t> bytes = safetensors::write({}, tensors);
  CZIP_TRY_ASSIGN(const auto file, safetensors::File::parse(bytes));
  CZIP_TRY_ASSIGN(const auto network, v2::Network::create(file, level, {.groups = groups}));
  CZIP_TRY_ASSIGN(auto state, v2::InferenceState::create(network, kStreams));

  const std::size_t most = std::max<std::size_t>(groups.size(), config.group_size);
  std::vector<std::int32_t> logits(kStreams * groups.size());
  std::vector<std::int32_t> members(most);
  std::vector<std::uint32_t> cumulative(most + 1);
  for (int step = 0; step < kSteps; ++step) {
    // Streams end one after another.
    const std::uint32_t streams = step < 20 ? kStreams : kStreams - 1;
    const auto tokens = random.vector<std::uint32_t>(streams, 0, config.vocabulary - 1);
    state.step(tokens, logits);
    hasher.add(std::span<const std::int32_t>(logits).first(streams * groups.size()));
    const std::size_t stream = random.below(streams);
    const std::size_t group = random.below(static_cast<std::uint32_t>(groups.size()));
    const auto row = std::span(members).first(network.members(group));
    state.member_logits(stream, group, row);
    hasher.add(std::span<const std::int32_t>(row));
    const auto sums = std::span(cumulative).first(row.size() + 1);
    network.cumulative_frequencies(row, sums);
    hasher.add(std::span<const std::uint32_t>(sums));
  }
  return {};
}

}  // namespace

Status add_network_v2(SimdLevel level, Hasher& hasher) {
  v2::NetworkConfig config{.vocabulary = 300,
                           .d_model = 64,
                           .layers = 2,
                           .heads = 4,
                           .kv_heads = 2,
                           .head_dim = 32,
                           .d_ff = 160,
                           .window = 32,
                           .bigram_buckets = 64,
                           .gated = 0,
                           .tied = 0,
                           .embedding_shift = 4,
                           .group_size = 37};
  CZIP_TRY(add_network(config, level, hasher));
  config.gated = 1;
  config.tied = 1;
  config.bigram_buckets = 0;
  config.head_dim = 16;
  config.window = 16;
  return add_network(config, level, hasher);
}

}  // namespace czip::signature
