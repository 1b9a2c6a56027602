#include "czip/codec/v2/coding/prior_inputs.hpp"

#include <algorithm>

namespace czip::v2 {
namespace {

// The probabilities of ranges are in units of 2^-40: order 0 has 32 fractional bits, lists and
// escapes have 16.
constexpr int kRangeBits = 40;
constexpr int kOrder0Shift = kRangeBits - 32;
constexpr int kListShift = kRangeBits - kListProbabilityBits;

// The probability of a 1, 0..kMaxProbability, from those of the ranges for a 0 and for a 1. Each is
// at most 2^40 (extend() limits what lists say), so that the product stays below 2^63.
std::uint32_t probability_of_one(std::uint64_t zero, std::uint64_t one) {
  return static_cast<std::uint32_t>((one + 1) * kMaxProbability / (zero + one + 2));
}

}  // namespace

void PriorInputs::reset(const Prior& prior, std::uint32_t highest) {
  prior_ = &prior;
  orders_ = std::min(prior.orders(), highest);
}

void PriorInputs::prefetch_index(const Contexts& contexts) const {
  for (std::uint32_t k = 1; k <= orders_; ++k) prior_->prefetch_index(k, contexts.order[k]);
}

void PriorInputs::prefetch_cells(const Contexts& contexts) const {
  for (std::uint32_t k = 1; k <= orders_; ++k) prior_->prefetch_cells(k, contexts.order[k]);
}

void PriorInputs::begin_token(const Contexts& contexts) {
  highest_order_ = 0;
  active_.count = 0;
  for (std::uint32_t k = 1; k <= orders_; ++k) {
    const PriorList list = prior_->find(k, contexts.order[k]);
    if (list.size == 0) continue;
    ActiveList& active = active_.lists[active_.count++];
    const PriorSum all = kernels_->below(list.cells, list.size, kMaxPriorRanks, *list.probability);
    active = {.list = list, .low = 0, .high = list.size, .probability = all.probability};
    active.escape = all.probability < kListProbabilityOne ? kListProbabilityOne - all.probability
                                                          : std::uint32_t{1};
    highest_order_ = k;
  }
}

PriorInputs::Likeliest PriorInputs::likeliest() const {
  if (active_.count > 0) {
    const PriorList& list = active_.lists[active_.count - 1].list;
    const std::size_t at = kernels_->likeliest(list.cells, list.size);
    const std::uint32_t rank = list.entry(at).rank;
    if (rank < prior_->size()) return {rank, list.probability_at(at)};
  }
  return {prior_->likeliest(), 0};
}

void PriorInputs::set_candidate(std::uint32_t candidate) {
  for (std::uint32_t i = 0; i < active_.count; ++i) {
    ActiveList& active = active_.lists[i];
    const PriorList& list = active.list;
    const std::size_t at = kernels_->find(list.cells, list.size, candidate);
    active.candidate_at = static_cast<std::uint32_t>(at);
    active.candidate_probability = at == list.size ? 0 : list.probability_at(at);
  }
}

PriorInputs::Ranges PriorInputs::order0(const Decision& decision) const {
  const auto sum = [this](std::uint32_t low, std::uint32_t high) {
    return (prior_->order0_cumulative(high) - prior_->order0_cumulative(low)) << kOrder0Shift;
  };
  const std::uint32_t c = decision.candidate;
  const std::uint64_t of_candidate = c == kNoToken ? 0 : sum(c, c + 1);
  if (decision.is_candidate) return {sum(0, prior_->size()) - of_candidate, of_candidate};
  const Node& node = decision.node;
  Ranges ranges{sum(node.low, node.split), sum(node.split, node.high)};
  if (c >= node.low && c < node.split) ranges.zero -= of_candidate;
  if (c >= node.split && c < node.high) ranges.one -= of_candidate;
  return ranges;
}

// The sums of a list stay below 2^32, and below 1 in a model that was trained. A side is limited to
// what the escape leaves, so that no range passes 2^40.
PriorInputs::Ranges PriorInputs::extend(const Ranges& lower, const Decision& decision,
                                        ActiveList& active) {
  const std::uint32_t of_candidate = active.candidate_probability;
  std::uint32_t zero = 0;
  std::uint32_t one = 0;
  if (decision.is_candidate) {
    one = of_candidate;
    zero = active.probability - of_candidate;
  } else {
    const PriorList& list = active.list;
    active.zero = kernels_->below(list.cells + kPriorCellBytes * active.low,
                                  active.high - active.low, decision.node.split, *list.probability);
    // Only in a list that does not ascend can it be more.
    active.zero.probability = std::min(active.zero.probability, active.probability);
    zero = active.zero.probability;
    one = active.probability - zero;
    if (active.candidate_at >= active.low && active.candidate_at < active.high) {
      std::uint32_t& side = active.candidate_at < active.low + active.zero.cells ? zero : one;
      side -= std::min(side, of_candidate);
    }
  }
  zero = std::min(zero, kListProbabilityOne - active.escape);
  one = std::min(one, kListProbabilityOne - active.escape);
  const std::uint64_t escape = active.escape;
  return {(std::uint64_t{zero} << kListShift) + (escape * lower.zero >> kListProbabilityBits),
          (std::uint64_t{one} << kListShift) + (escape * lower.one >> kListProbabilityBits)};
}

void PriorInputs::predict(const Decision& decision, const Logistic& logistic,
                          std::span<std::int32_t> inputs) {
  std::ranges::fill(inputs, 0);
  Ranges ranges = order0(decision);
  const auto input = [&logistic](const Ranges& of) {
    return logistic.stretch(probability_of_one(of.zero, of.one));
  };
  const std::size_t count = active_.count;
  // Order 0 stands for itself only where few orders have the context.
  if (count < kPriorInputs) inputs[count] = input(ranges);
  for (std::size_t i = 0; i < count; ++i) {
    ranges = extend(ranges, decision, active_.lists[i]);
    const std::size_t place = count - 1 - i;
    if (place < kPriorInputs) inputs[place] = input(ranges);
  }
}

void PriorInputs::update(const Decision& decision, bool bit) {
  if (decision.is_candidate) return;
  for (std::uint32_t i = 0; i < active_.count; ++i) {
    ActiveList& active = active_.lists[i];
    const std::uint32_t split = active.low + active.zero.cells;
    if (bit) {
      active.low = split;
      active.probability -= active.zero.probability;
    } else {
      active.high = split;
      active.probability = active.zero.probability;
    }
  }
}

}  // namespace czip::v2
