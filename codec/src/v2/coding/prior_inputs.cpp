#include "czip/codec/v2/coding/prior_inputs.hpp"

#include <algorithm>

namespace czip::v2 {
namespace {

// First of the entries [low, high) whose rank is at or past `split`.
std::uint32_t find_split(const PriorList& list, std::uint32_t low, std::uint32_t high,
                         std::uint32_t split) {
  if (high - low > 16) {
    const auto first = list.ranks.begin();
    return static_cast<std::uint32_t>(std::lower_bound(first + low, first + high, split) - first);
  }
  while (low < high && list.ranks[low] < split) ++low;
  return low;
}

// Masses are below 2^41, so the product stays below 2^57.
std::uint32_t probability(std::uint64_t below, std::uint64_t above) {
  return static_cast<std::uint32_t>((above + 1) * 65535 / (below + above + 2));
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
    Active& active = active_[k - 1];
    prior_->find(k, contexts.order[k], active.list);
    active.low = 0;
    active.high = active.list.size;
    if (active.list.size > 0) highest_order_ = k;
  }
}

void PriorInputs::predict(const Node& node, const Logistic& logistic,
                          std::span<std::int32_t> inputs) {
  const std::uint64_t split = prior_->order0_cumulative(node.split);
  // Q40: of the lower and the upper half of the node's range.
  std::uint64_t below = (split - prior_->order0_cumulative(node.low)) << 8;
  std::uint64_t above = (prior_->order0_cumulative(node.high) - split) << 8;
  inputs[0] = logistic.stretch(probability(below, above));
  for (std::uint32_t k = 1; k <= prior_->orders(); ++k) {
    Active& active = active_[k - 1];
    if (active.list.size == 0) {
      inputs[k] = 0;
      continue;
    }
    active.middle = find_split(active.list, active.low, active.high, node.split);
    const std::vector<std::uint32_t>& cumulative = active.list.cumulative;
    const std::uint64_t escape = active.list.escape();
    below = (std::uint64_t{cumulative[active.middle] - cumulative[active.low]} << 24) +
            (escape * below >> 16);
    above = (std::uint64_t{cumulative[active.high] - cumulative[active.middle]} << 24) +
            (escape * above >> 16);
    inputs[k] = logistic.stretch(probability(below, above));
  }
}

void PriorInputs::update(bool bit) {
  for (std::uint32_t k = 1; k <= prior_->orders(); ++k) {
    Active& active = active_[k - 1];
    (bit ? active.low : active.high) = active.middle;
  }
}

}  // namespace czip::v2
