#include "czip/engine/v1/output_distribution.hpp"

#include <new>
#include <utility>

#include "v1/packed_network.hpp"

namespace czip::v1 {
namespace {

constexpr std::uint32_t kBlock = 64;  // symbols whose frequencies are summed together

}  // namespace

// The rest that the frequencies leave of `total` belongs to the first most likely symbol. Ranges
// above that symbol are therefore counted down from `total`, ranges below it up from zero, and
// neither needs to know how much was left over.
struct OutputDistribution::State {
  const PackedNetwork* network = nullptr;
  AlignedBuffer<std::uint16_t> weights;  // [V]
  FrequencyScale scale{};
  std::uint32_t argmax = 0;

  // Sum of the frequencies, without what is left over, of symbols [begin, end).
  [[nodiscard]] std::uint32_t sum(std::uint32_t begin, std::uint32_t end) const {
    return static_cast<std::uint32_t>(
        network->kernels->sum_frequencies(weights.data() + begin, end - begin, scale));
  }
  // Cumulative frequency below `symbol`.
  [[nodiscard]] std::uint32_t below(std::uint32_t symbol) const {
    return symbol <= argmax ? sum(0, symbol)
                            : network->target_total - sum(symbol, network->vocabulary);
  }
  [[nodiscard]] CumulativeRange range(std::uint32_t symbol) const;
};

CumulativeRange OutputDistribution::State::range(std::uint32_t symbol) const {
  const std::uint32_t low = below(symbol);
  const std::uint32_t high =
      symbol == argmax ? below(symbol + 1) : low + scaled_frequency(weights[symbol], scale);
  return {low, high};
}

OutputDistribution::OutputDistribution(std::unique_ptr<State> state) : state_(std::move(state)) {}
OutputDistribution::OutputDistribution(OutputDistribution&&) noexcept = default;
OutputDistribution& OutputDistribution::operator=(OutputDistribution&&) noexcept = default;
OutputDistribution::~OutputDistribution() = default;

Result<OutputDistribution> OutputDistribution::create(const Network& network) {
  std::unique_ptr<State> state(new (std::nothrow) State);
  if (state == nullptr || !state->weights.allocate(network.vocabulary() + simd::kRowPadding))
    return fail(ErrorCode::out_of_memory, "not enough memory for an output distribution");
  state->network = network.network_.get();
  return OutputDistribution(std::move(state));
}

void OutputDistribution::assign(std::span<const std::int32_t> logits) {
  State& s = *state_;
  const ExpWeights result = s.network->kernels->exp_weights(
      logits.data(), s.network->vocabulary, s.network->output_exp, s.weights.data());
  s.argmax = result.argmax;
  s.scale = make_frequency_scale(s.network->target_total - s.network->vocabulary, result.sum);
}

std::uint32_t OutputDistribution::total() const { return state_->network->target_total; }

CumulativeRange OutputDistribution::range(std::uint32_t symbol) const {
  return state_->range(symbol);
}

std::uint32_t OutputDistribution::frequency(std::uint32_t symbol) const {
  const State& s = *state_;
  if (symbol != s.argmax) return scaled_frequency(s.weights[symbol], s.scale);
  const CumulativeRange range = s.range(symbol);
  return range.high - range.low;
}

OutputDistribution::Found OutputDistribution::find(std::uint32_t target) const {
  const State& s = *state_;
  const CumulativeRange top = s.range(s.argmax);
  if (target >= top.low && target < top.high) return {s.argmax, top};

  // Below the most likely symbol from zero up, above it from its upper end; first by blocks.
  const bool under = target < top.low;
  std::uint32_t symbol = under ? 0 : s.argmax + 1;
  const std::uint32_t last = under ? s.argmax : s.network->vocabulary;
  std::uint32_t low = under ? 0 : top.high;
  while (last - symbol > kBlock) {
    const std::uint32_t block = s.sum(symbol, symbol + kBlock);
    if (target - low < block) break;
    low += block;
    symbol += kBlock;
  }
  for (;; ++symbol) {
    const std::uint32_t frequency = scaled_frequency(s.weights[symbol], s.scale);
    if (target - low < frequency) return {symbol, {low, low + frequency}};
    low += frequency;
  }
}

}  // namespace czip::v1
