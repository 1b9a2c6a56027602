#include "czip/engine/llm/network.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "llm/prepared_network.hpp"

namespace czip::llm {

Network::Network(std::unique_ptr<const PreparedNetwork> prepared)
    : prepared_(std::move(prepared)) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

Result<Network> Network::create(Weights weights, SimdLevel level) {
  CZIP_TRY_ASSIGN(const simd::KernelSet* const kernels, simd::require_kernels(level));
  std::unique_ptr<PreparedNetwork> prepared(new (std::nothrow) PreparedNetwork);
  if (prepared == nullptr)
    return fail(ErrorCode::out_of_memory, "not enough memory for a language model");
  for (std::size_t i = 0; i < kExp2Entries; ++i) prepared->exp2.entries[i] = weights.exp2[i];
  prepared->weights = std::move(weights);
  prepared->kernels = kernels;
  return Network(std::move(prepared));
}

const Config& Network::config() const { return prepared_->weights.config; }

SimdLevel Network::level() const { return prepared_->kernels->level; }

std::size_t Network::stream_bytes(std::uint32_t window) const {
  return 2 * sizeof(std::int16_t) * padded_slots(window) * config().layers * config().key_width();
}

void Network::cumulative_frequencies(std::span<const std::int32_t> logits,
                                     std::span<std::uint64_t> cumulative) const {
  constexpr std::size_t kAtOnce = 1024;
  std::uint32_t frequencies[kAtOnce];
  const std::int32_t largest = *std::ranges::max_element(logits);
  std::uint64_t sum = 0;
  cumulative[0] = 0;
  for (std::size_t first = 0; first < logits.size(); first += kAtOnce) {
    const std::size_t n = std::min(kAtOnce, logits.size() - first);
    prepared_->kernels->llm_network.frequencies(logits.data() + first, n, largest, prepared_->exp2,
                                                frequencies);
    for (std::size_t i = 0; i < n; ++i) cumulative[first + i + 1] = sum += frequencies[i];
  }
}

}  // namespace czip::llm
