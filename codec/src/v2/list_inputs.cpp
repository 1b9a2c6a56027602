#include "v2/list_inputs.hpp"

namespace czip::v2 {
namespace {

// How fast the maps adapt once trained.
constexpr std::uint32_t kMapLimit = 255;

constexpr std::array<std::uint8_t, 11> kCountClass{0, 1, 2, 3, 4, 4, 5, 5, 5, 5, 6};

std::uint32_t count_class(std::uint32_t n) { return kCountClass[n < 10 ? n : 10]; }

// How often the context brought a token that its list did not hold: rarely, sometimes, mostly.
std::uint32_t novelty(const SuccessorList& list) {
  const std::uint32_t novel = list.novel, total = list.total;
  return novel * 4 < total ? 0 : novel * 3 < total * 2 ? 1 : 2;
}

}  // namespace

ListInputs::ListInputs(std::size_t lists, std::uint32_t table_log2,
                       std::span<const std::uint32_t> maps)
    : lists_(lists), table_(table_log2), maps_(maps.begin(), maps.end()) {}

void ListInputs::prefetch(const Contexts& contexts) const {
  for (std::size_t i = 0; i < lists_; ++i) table_.prefetch(contexts.list[i]);
}

void ListInputs::begin_token(const Contexts& contexts, std::span<std::int32_t> inputs) {
  active_count_ = 0;
  for (std::size_t i = 0; i < lists_; ++i) {
    inputs[i] = 0;
    SuccessorList& list = table_.find(contexts.list[i]);
    list_[i] = &list;
    if (list.count[0] == 0) continue;
    Active& active = active_[active_count_++];
    active.rank = list.rank;
    active.count = list.count;
    active.size = 1;
    while (active.size < kSuccessors && active.count[active.size] != 0) ++active.size;
    active.list = static_cast<std::uint32_t>(i);
    active.first_state = static_cast<std::uint32_t>((i * 3 + novelty(list)) * (kListStates / 3));
  }
  find_highest_order();
}

void ListInputs::find_highest_order() {
  highest_order_ = 0;
  for (std::uint32_t a = 0; a < active_count_ && active_[a].list < kListOrder.size(); ++a) {
    highest_order_ = kListOrder[active_[a].list];
  }
}

void ListInputs::predict(const Node& node, const Logistic& logistic,
                         std::span<std::int32_t> inputs) {
  const std::uint32_t depth = depth_class(node.depth);
  for (std::uint32_t a = 0; a < active_count_; ++a) {
    Active& active = active_[a];
    std::array<std::uint32_t, 2> n{};
    for (std::uint32_t i = 0; i < active.size; ++i) {
      n[active.rank[i] >= node.split ? 1 : 0] += active.count[i];
    }
    const std::uint32_t latest = active.rank[0] >= node.split ? 1 : 0;
    active.state =
        active.first_state + ((depth * 7 + count_class(n[0])) * 7 + count_class(n[1])) * 2 + latest;
    inputs[active.list] = logistic.stretch(AdaptiveProbability(maps_[active.state]).p());
  }
}

void ListInputs::update(const Node& node, bool bit, std::span<std::int32_t> inputs) {
  std::uint32_t kept = 0;
  for (std::uint32_t a = 0; a < active_count_; ++a) {
    Active& active = active_[a];
    AdaptiveProbability p(maps_[active.state]);
    p.update(bit, kMapLimit);
    maps_[active.state] = p.raw();
    std::uint32_t size = 0;
    for (std::uint32_t i = 0; i < active.size; ++i) {
      active.rank[size] = active.rank[i];
      active.count[size] = active.count[i];
      if ((active.rank[i] >= node.split) == bit) ++size;
    }
    active.size = size;
    if (size == 0) {
      inputs[active.list] = 0;
    } else {
      if (kept != a) active_[kept] = active;
      ++kept;
    }
  }
  active_count_ = kept;
  find_highest_order();
}

void ListInputs::end_token(std::uint32_t rank) {
  for (std::size_t i = 0; i < lists_; ++i) list_[i]->update(static_cast<std::uint16_t>(rank));
}

}  // namespace czip::v2
