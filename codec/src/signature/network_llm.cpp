// The forward pass of czip-llm-v1 networks of several kinds.
#include <cstdint>
#include <utility>
#include <vector>

#include "czip/engine/llm/state.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "signature/models.hpp"
#include "signature/parts.hpp"

namespace czip::signature {
namespace {

constexpr std::uint32_t kStreams = 3;
constexpr std::uint32_t kRows = 7;  // computed together at most
constexpr std::uint32_t kWindow = 20;

// Rows of all streams in calls of one to twelve rows, until every window has moved several times.
Status add_rows(const llm::Network& network, Random& random, Hasher& hasher) {
  const std::size_t vocabulary = network.config().vocabulary;
  CZIP_TRY_ASSIGN(
      auto state,
      llm::State::create(network, {.streams = kStreams, .window = kWindow, .rows = kRows}));
  std::vector<std::uint64_t> cumulative(vocabulary + 1);
  for (int call = 0; call < 25; ++call) {
    std::vector<llm::Row> rows(1 + random.below(12));
    for (llm::Row& row : rows) {
      row.stream = random.below(kStreams);
      row.token = random.below(network.config().vocabulary);
    }
    std::vector<std::int32_t> logits(rows.size() * vocabulary);
    state.forward(rows, logits);
    hasher.add(std::span<const std::int32_t>(logits));
    network.cumulative_frequencies(std::span(logits).first(vocabulary), cumulative);
    hasher.add(std::span<const std::uint64_t>(cumulative));
    for (std::uint32_t stream = 0; stream < kStreams; ++stream) hasher.add(state.position(stream));
  }
  return {};
}

Status add_network(const LlmOptions& options, SimdLevel level, Hasher& hasher) {
  Random random(options.seed + 100);
  Tensors tensors;
  add_llm_tensors(options, make_llm_tables(options.config, random), tensors);
  const std::vector<std::uint8_t> bytes = safetensors::write_aligned({}, tensors);
  CZIP_TRY_ASSIGN(const auto file, safetensors::File::parse(bytes));
  CZIP_TRY_ASSIGN(auto weights, llm::Weights::parse(file));
  CZIP_TRY_ASSIGN(const auto network, llm::Network::create(std::move(weights), level));
  return add_rows(network, random, hasher);
}

}  // namespace

Status add_network_llm(SimdLevel level, Hasher& hasher) {
  const llm::Config gated{.vocabulary = 300,
                          .width = 64,
                          .layers = 2,
                          .heads = 4,
                          .kv_heads = 2,
                          .head_size = 16,
                          .feed_forward = 96,
                          .context = 32,
                          .kept = 4,
                          .rotary = 12,
                          .gated = 1,
                          .block = 32,
                          .biases = llm::kQkvBias,
                          .epsilon = 1000};
  const llm::Config learned{.vocabulary = 77,
                            .width = 48,
                            .layers = 2,
                            .heads = 2,
                            .kv_heads = 2,
                            .head_size = 32,
                            .feed_forward = 192,
                            .context = 24,
                            .kept = 0,
                            .rotary = 0,
                            .gated = 0,
                            .block = 64,
                            .biases = llm::kAllBiases,
                            .epsilon = 1 << 20};
  for (const llm::Config& config : {gated, learned})
    for (const bool extreme : {false, true})
      CZIP_TRY(add_network({.config = config, .extreme = extreme}, level, hasher));
  return {};
}

}  // namespace czip::signature
