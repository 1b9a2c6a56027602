#include "czip/codec/v2/coding/prior_inputs.hpp"

#include <algorithm>

namespace czip::v2 {
namespace {

// From this number of entries on, a binary search is faster than a linear one. The format does not
// depend on it.
constexpr std::uint32_t kBinarySearchEntries = 17;

// The probabilities of a node's ranges are in units of 2^-40: order 0 has 32 fractional bits, lists
// and escapes have 16.
constexpr int kRangeBits = 40;
constexpr int kOrder0Shift = kRangeBits - 32;
constexpr int kListShift = kRangeBits - kProbabilityBits;

// First of the entries [low, high) whose rank is at or past `split`.
std::uint32_t find_split(const PriorList& list, std::uint32_t low, std::uint32_t high,
                         std::uint32_t split) {
  if (high - low >= kBinarySearchEntries) {
    const std::uint16_t* const first = list.ranks.data();
    return static_cast<std::uint32_t>(std::lower_bound(first + low, first + high, split) - first);
  }
  while (low < high && list.ranks[low] < split) ++low;
  return low;
}

// The probability of a 1, 0..65535, from those of the ranges for a 0 and for a 1. These are at most
// 2^41 together, so the product stays below 2^57.
std::uint32_t probability_of_one(std::uint64_t zero, std::uint64_t one) {
  return static_cast<std::uint32_t>((one + 1) * kMaxProbability / (zero + one + 2));
}

}  // namespace

void PriorInputs::prefetch_index(const Contexts& contexts) const {
  for (std::uint32_t k = 1; k <= prior_->orders(); ++k) {
    prior_->prefetch_index(k, contexts.order[k]);
  }
}

void PriorInputs::prefetch_cells(const Contexts& contexts) const {
  for (std::uint32_t k = 1; k <= prior_->orders(); ++k) {
    prior_->prefetch_cells(k, contexts.order[k]);
  }
}

void PriorInputs::begin_token(const Contexts& contexts) {
  highest_order_ = 0;
  for (std::uint32_t k = 1; k <= prior_->orders(); ++k) {
    ActiveList& active = active_[k - 1];
    prior_->find(k, contexts.order[k], active.list);
    active.low = 0;
    active.high = active.list.size;
    if (active.list.size > 0) highest_order_ = k;
  }
}

void PriorInputs::predict(const Node& node, const Logistic& logistic,
                          std::span<std::int32_t> inputs) {
  const std::uint64_t split = prior_->order0_cumulative(node.split);
  std::uint64_t zero = (split - prior_->order0_cumulative(node.low)) << kOrder0Shift;
  std::uint64_t one = (prior_->order0_cumulative(node.high) - split) << kOrder0Shift;
  inputs[0] = logistic.stretch(probability_of_one(zero, one));
  for (std::uint32_t k = 1; k <= prior_->orders(); ++k) {
    ActiveList& active = active_[k - 1];
    if (active.list.size == 0) {
      inputs[k] = 0;
      continue;
    }
    active.middle = find_split(active.list, active.low, active.high, node.split);
    const std::vector<std::uint32_t>& cumulative = active.list.cumulative;
    const std::uint64_t listed_zero = cumulative[active.middle] - cumulative[active.low];
    const std::uint64_t listed_one = cumulative[active.high] - cumulative[active.middle];
    const std::uint64_t escape = active.list.escape();
    zero = (listed_zero << kListShift) + (escape * zero >> kProbabilityBits);
    one = (listed_one << kListShift) + (escape * one >> kProbabilityBits);
    inputs[k] = logistic.stretch(probability_of_one(zero, one));
  }
}

void PriorInputs::update(bool bit) {
  for (std::uint32_t k = 1; k <= prior_->orders(); ++k) {
    ActiveList& active = active_[k - 1];
    (bit ? active.low : active.high) = active.middle;
  }
}

PriorInputs::Place PriorInputs::place() const {
  Place place;
  for (std::size_t i = 0; i < kMaxPriorOrder; ++i) {
    place.low[i] = active_[i].low;
    place.high[i] = active_[i].high;
  }
  return place;
}

void PriorInputs::go_to(const Place& place) {
  for (std::size_t i = 0; i < kMaxPriorOrder; ++i) {
    active_[i].low = place.low[i];
    active_[i].high = place.high[i];
  }
}

}  // namespace czip::v2
