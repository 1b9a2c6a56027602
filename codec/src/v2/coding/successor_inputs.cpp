#include "czip/codec/v2/coding/successor_inputs.hpp"

#include <algorithm>

namespace czip::v2 {
namespace {

constexpr std::uint32_t kClassedCounts = kCountClass.size() - 1;

std::uint32_t count_class(std::uint32_t n) {
  return kCountClass[n < kClassedCounts ? n : kClassedCounts];
}

constexpr int kLaneBits = 16;
static_assert(kLaneBits * kSuccessorsPerList == 64);
constexpr std::uint64_t kLowest = 0x0001'0001'0001'0001;   // the lowest bit of each lane
constexpr std::uint64_t kHighest = 0x8000'8000'8000'8000;  // the highest bit of each lane

// All bits of the lanes whose highest bit is set.
std::uint64_t whole_lanes(std::uint64_t highest) { return (highest >> (kLaneBits - 1)) * 0xffff; }

// The sum of the lanes, below 2^16.
std::uint32_t sum_of_lanes(std::uint64_t lanes) {
  return static_cast<std::uint32_t>(lanes * kLowest >> (64 - kLaneBits));
}

// The highest bit of each lane of `ranks` that is at or past `split`: ranks and splits are below
// 2^15, so that no lane borrows from the next.
static_assert(kMaxPriorRanks <= 1 << 15);
std::uint64_t at_or_past(std::uint64_t ranks, std::uint32_t split) {
  return ((ranks | kHighest) - split * kLowest) & kHighest;
}

// How often the list lacked the token: rarely, sometimes, mostly.
std::uint32_t escape_class(const SuccessorList& list) {
  const std::uint32_t escapes = list.escapes, total = list.total;
  return escapes * 4 < total ? 0 : escapes * 3 < total * 2 ? 1 : 2;
}

}  // namespace

void SuccessorInputs::reset(std::size_t lists, std::uint32_t table_log2,
                            std::span<const std::uint32_t> maps) {
  lists_ = lists;
  table_.reset(table_log2);
  maps_.assign(maps.begin(), maps.end());
}

void SuccessorInputs::prefetch(const Contexts& contexts) const {
  for (std::size_t i = 0; i < lists_; ++i) table_.prefetch(contexts.list[i]);
}

void SuccessorInputs::begin_token(const Contexts& contexts, std::span<std::int32_t> inputs) {
  active_.count = 0;
  for (std::size_t i = 0; i < lists_; ++i) {
    inputs[i] = 0;
    SuccessorList& list = table_.find(contexts.list[i]);
    list_[i] = &list;
    if (list.count[0] == 0) continue;
    ActiveList& active = active_.lists[active_.count++];
    active.ranks = active.counts = active.live = 0;
    for (std::size_t k = 0; k < kSuccessorsPerList && list.count[k] != 0; ++k) {
      active.ranks |= std::uint64_t{list.rank[k]} << (kLaneBits * k);
      active.counts |= std::uint64_t{list.count[k]} << (kLaneBits * k);
      active.live |= std::uint64_t{1} << (kLaneBits * k + kLaneBits - 1);
    }
    active.list = static_cast<std::uint32_t>(i);
    active.first_state = static_cast<std::uint32_t>((i * kEscapeClasses + escape_class(list)) *
                                                    (kSuccessorStates / kEscapeClasses));
  }
  find_highest_order();
}

void SuccessorInputs::find_highest_order() {
  active_.highest_order = 0;
  for (std::uint32_t a = 0;
       a < active_.count && active_.lists[a].list < kSuccessorListOrders.size(); ++a) {
    active_.highest_order = kSuccessorListOrders[active_.lists[a].list];
  }
}

void SuccessorInputs::predict(const Node& node, const Logistic& logistic,
                              std::span<std::int32_t> inputs) {
  const std::uint32_t depth = depth_class(node.depth);
  for (std::uint32_t a = 0; a < active_.count; ++a) {
    ActiveList& active = active_.lists[a];
    active.above = at_or_past(active.ranks, node.split) & active.live;
    const std::uint32_t ones = sum_of_lanes(active.counts & whole_lanes(active.above));
    const std::uint32_t zeros = sum_of_lanes(active.counts) - ones;
    const std::uint64_t most_recent = active.live & (0 - active.live);
    const std::uint32_t latest = (active.above & most_recent) != 0 ? 1 : 0;
    active.state =
        active.first_state +
        ((depth * kCountClasses + count_class(zeros)) * kCountClasses + count_class(ones)) * 2 +
        latest;
    inputs[active.list] = logistic.stretch(AdaptiveProbability(maps_[active.state]).p());
  }
}

template <bool learns>
void SuccessorInputs::go(bool bit, std::span<std::int32_t> inputs) {
  std::uint32_t kept = 0;
  for (std::uint32_t a = 0; a < active_.count; ++a) {
    ActiveList& active = active_.lists[a];
    if constexpr (learns) {
      AdaptiveProbability p(maps_[active.state]);
      p.update(bit, kSuccessorMapLimit);
      maps_[active.state] = p.raw();
    }
    active.live = bit ? active.above : active.live ^ active.above;
    active.counts &= whole_lanes(active.live);
    if (active.live == 0) {
      inputs[active.list] = 0;
    } else {
      if (kept != a) active_.lists[kept] = active;
      ++kept;
    }
  }
  active_.count = kept;
  find_highest_order();
}

template void SuccessorInputs::go<true>(bool, std::span<std::int32_t>);
template void SuccessorInputs::go<false>(bool, std::span<std::int32_t>);

void SuccessorInputs::go_to(const Place& place, std::span<std::int32_t> inputs) {
  active_ = place;
  std::ranges::fill(inputs, 0);  // predict() sets those of the active lists
}

void SuccessorInputs::save_lists(const Contexts& contexts, UndoLog& log) {
  for (std::size_t i = 0; i < lists_; ++i) log.save(table_.line(contexts.list[i]), kListsPerLine);
}

void SuccessorInputs::end_token(std::uint32_t rank) {
  for (std::size_t i = 0; i < lists_; ++i) list_[i]->update(static_cast<std::uint16_t>(rank));
}

}  // namespace czip::v2
