#include "inputs.hpp"

#include <algorithm>

namespace reference {
namespace {

constexpr std::size_t kFirstPriorInput = 4;
constexpr std::size_t kFirstMatchInput = 10;
constexpr std::size_t kNetworkInput = 13;
constexpr std::size_t kFirstListInput = 14;

constexpr std::uint32_t kCounterLimit = 30;
constexpr std::uint32_t kMapLimit = 255;

}  // namespace

// --- Counter inputs

CounterInputs::CounterInputs(std::size_t vocabulary, std::uint32_t lines_log2)
    : lines_log2_(lines_log2), order0_(vocabulary, kUntrained) {
  for (std::vector<Line>& lines : lines_) lines.resize(std::size_t{1} << lines_log2);
}

void CounterInputs::begin_token(const Contexts& contexts) {
  context_ = {contexts.order[1], contexts.order[2], contexts.word};
}

void CounterInputs::predict(const Node& node, const Logistic& logistic, Inputs& inputs) {
  inputs[0] = logistic.stretch(value(order0_[node.split]));
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (node.depth % 3 == 0) {
      const std::uint64_t h = hash(context_[i], node.split);
      const std::uint32_t check = static_cast<std::uint32_t>(h) | 1;
      line_[i] = &lines_[i][table_index(h, lines_log2_)];
      if ((*line_[i])[0] != check) {
        line_[i]->fill(kUntrained);
        (*line_[i])[0] = check;
      }
      counter_ = 1;
    }
    inputs[1 + i] = logistic.stretch(value((*line_[i])[counter_]));
  }
}

void CounterInputs::learn_bit(const Node& node, bool bit) {
  learn(order0_[node.split], bit, kCounterLimit);
  for (Line* line : line_) learn((*line)[counter_], bit, kCounterLimit);
  counter_ = 2 * counter_ + (bit ? 1 : 0);
}

// --- Prior inputs

std::uint64_t PriorInputs::List::below(std::uint32_t rank) const {
  return cumulative[static_cast<std::size_t>(std::lower_bound(ranks.begin(), ranks.end(), rank) -
                                             ranks.begin())];
}

PriorInputs::List PriorInputs::find(const PriorOrder& order, std::uint64_t context) {
  static constexpr std::array<std::uint32_t, 8> kScale{62915, 44488, 31457, 22244,
                                                       15729, 11122, 5561,  2780};
  const std::size_t bucket = order.buckets_log2 == 0 ? 0 : table_index(context, order.buckets_log2);
  const std::size_t end = std::min<std::size_t>(order.index[bucket + 1], order.cells.size());
  std::size_t at = order.index[bucket];
  List list;
  while (at < end) {
    const std::uint32_t header = order.cells[at++];
    std::size_t length = header >> 3 & 31;
    if (length == 31 && at < end) length = order.cells[at++];
    length = std::min(length, end - at);
    if (header >> 8 != (context >> 8 & 255)) {
      at += length;
      continue;
    }
    for (std::size_t j = 0; j < length; ++j) {
      const std::uint32_t entry = order.cells[at + j];
      if (!list.ranks.empty() && list.ranks.back() >= entry >> 3) break;
      std::uint32_t p = kScale[header & 7];
      for (std::uint32_t level = 0; level < (entry & 7); ++level) p = p * 10 / 17;
      list.ranks.push_back(entry >> 3);
      list.cumulative.push_back(std::min<std::uint32_t>(list.cumulative.back() + p, 65535));
    }
    break;
  }
  return list;
}

void PriorInputs::begin_token(const Contexts& contexts) {
  for (std::size_t k = 1; k <= model_->orders.size(); ++k)
    lists_[k - 1] = find(model_->orders[k - 1], contexts.order[k]);
}

void PriorInputs::predict(const Node& node, const Logistic& logistic, Inputs& inputs) const {
  const auto input = [&](std::uint64_t lower, std::uint64_t upper) {
    return logistic.stretch(static_cast<std::uint32_t>((upper + 1) * 65535 / (lower + upper + 2)));
  };
  const std::vector<std::uint64_t>& below = model_->order0_below;
  std::uint64_t lower = 256 * (below[node.split] - below[node.low]);
  std::uint64_t upper = 256 * (below[node.high] - below[node.split]);
  inputs[kFirstPriorInput] = input(lower, upper);
  for (std::size_t k = 1; k <= model_->orders.size(); ++k) {
    const List& list = lists_[k - 1];
    inputs[kFirstPriorInput + k] = 0;
    if (list.ranks.empty()) continue;
    const std::uint64_t escape = 65536 - list.cumulative.back();
    const std::uint64_t split = list.below(node.split);
    lower = ((split - list.below(node.low)) << 24) + (escape * lower >> 16);
    upper = ((list.below(node.high) - split) << 24) + (escape * upper >> 16);
    inputs[kFirstPriorInput + k] = input(lower, upper);
  }
}

std::uint32_t PriorInputs::highest_order() const {
  for (std::size_t k = lists_.size(); k > 0; --k)
    if (!lists_[k - 1].ranks.empty()) return static_cast<std::uint32_t>(k);
  return 0;
}

// --- Match inputs

MatchInputs::MatchInputs(const std::vector<std::uint32_t>& maps, std::uint32_t table_log2)
    : table_log2_(table_log2), maps_(maps) {
  for (std::vector<Entry>& table : table_) table.resize(std::size_t{1} << table_log2);
}

void MatchInputs::begin_token(const History& history, std::size_t stream,
                              MatchPositions& positions) {
  constexpr std::array<std::size_t, 2> kMinTokens{6, 3};
  constexpr std::size_t kMaxTokens = 32;
  const std::vector<std::uint32_t>& ranks = history.ranks();
  for (std::size_t m = 0; m < match_.size(); ++m) {
    match_[m] = {};
    if (ranks.size() < kMinTokens[m]) continue;
    std::uint64_t h = m + 1;
    for (std::size_t k = 1; k <= kMinTokens[m]; ++k) h = hash(h, history.recent(k) + 1);
    Entry& entry = table_[m][table_index(h, table_log2_)];
    std::size_t& position = positions[m];
    if (position != 0) ++position;
    if (position == 0 || ranks[position - 1] != history.recent(1))
      position = entry.stream == stream ? entry.position : 0;
    std::size_t length = 0;
    while (length < std::min(kMaxTokens, position) &&
           ranks[position - 1 - length] == history.recent(1 + length))
      ++length;
    if (length < kMinTokens[m]) {
      position = 0;
    } else {
      match_[m].length = length;
      match_[m].expected = ranks[position];
    }
    entry = {stream, ranks.size()};
  }
}

void MatchInputs::predict(const Node& node, const Logistic& logistic, Inputs& inputs) {
  for (std::size_t m = 0; m < match_.size(); ++m) {
    Match& match = match_[m];
    inputs[kFirstMatchInput + m] = 0;
    match.used = match.length > 0 && node.low <= match.expected && match.expected < node.high;
    if (!match.used) continue;
    match.bit = match.expected >= node.split;
    const std::size_t length = match.length < 16 ? match.length : 16 + (match.length - 16) / 4;
    match.map = kMatchStates * m + 4 * length + node.depth_class();
    const std::int32_t x = logistic.stretch(value(maps_[match.map]));
    inputs[kFirstMatchInput + m] = match.bit ? x : -x;
  }
}

void MatchInputs::learn_bit(bool bit) {
  for (const Match& match : match_)
    if (match.used) learn(maps_[match.map], bit == match.bit, kMapLimit);
}

std::uint32_t MatchInputs::length_class(std::size_t m) const {
  const Match& match = match_[m];
  if (!match.used) return 0;
  return match.length < 4 ? 1 : match.length < 8 ? 2 : match.length < 16 ? 3 : 4;
}

// --- Successor inputs

void Successors::keep(std::uint32_t split, bool bit) {
  const auto ruled_out = [&](const Entry& entry) { return (entry.rank >= split) != bit; };
  const auto kept_end = std::remove_if(entries_.begin(), entries_.begin() + size_, ruled_out);
  size_ = static_cast<std::uint32_t>(kept_end - entries_.begin());
}

bool Successors::learn_token(std::uint32_t rank) {
  std::size_t at = 0;
  while (at < size_ && entries_[at].rank != rank) ++at;
  const bool found = at < size_;
  const int count = found ? std::min(entries_[at].count + 1, 255) : 1;
  if (!found && size_ < entries_.size()) ++size_;
  if (!found) at = size_ - 1;
  for (; at > 0; --at) entries_[at] = entries_[at - 1];
  for (std::size_t i = 1; i < size_; ++i) {
    const int old = entries_[i].count;
    if (old > 2) entries_[i].count = static_cast<std::uint16_t>((3 * old + 1) / 4);
  }
  entries_[0] = {static_cast<std::uint16_t>(rank), static_cast<std::uint16_t>(count)};
  return found;
}

SuccessorInputs::SuccessorInputs(std::size_t count, const std::vector<std::uint32_t>& maps,
                                 std::uint32_t table_log2)
    : table_log2_(table_log2), table_(std::size_t{1} << table_log2), maps_(maps), lists_(count) {}

std::size_t SuccessorInputs::find(std::uint64_t context) {
  const std::size_t group = table_index(context, table_log2_) / 4 * 4;
  const std::uint32_t check = context & 0xffff;
  std::size_t least = group;
  for (std::size_t at = group; at < group + 4; ++at) {
    if (table_[at].total != 0 && table_[at].check == check) return at;
    if (table_[at].total < table_[least].total) least = at;
  }
  for (std::size_t at = group; at < group + 4; ++at)
    if (table_[at].total > 1) --table_[at].total;
  table_[least] = SuccessorList{};
  table_[least].check = check;
  return least;
}

void SuccessorInputs::begin_token(const Contexts& contexts) {
  for (std::size_t i = 0; i < lists_.size(); ++i) {
    List& list = lists_[i];
    list.index = find(contexts.list[i]);
    const SuccessorList& found = table_[list.index];
    list.successors = found.successors;
    list.escape_class = 4 * found.escapes < found.total       ? 0
                        : 3 * found.escapes < 2 * found.total ? 1
                                                              : 2;
  }
}

void SuccessorInputs::predict(const Node& node, const Logistic& logistic, Inputs& inputs) {
  static constexpr std::array<std::uint32_t, 11> kClass{0, 1, 2, 3, 4, 4, 5, 5, 5, 5, 6};
  for (std::size_t i = 0; i < lists_.size(); ++i) {
    List& list = lists_[i];
    inputs[kFirstListInput + i] = 0;
    if (list.successors.empty()) continue;
    std::array<std::uint32_t, 2> n{};
    for (const auto& entry : list.successors) n[entry.rank >= node.split] += entry.count;
    const std::uint32_t latest = list.successors.begin()->rank >= node.split ? 1 : 0;
    const std::uint32_t c0 = kClass[std::min(n[0], 10u)], c1 = kClass[std::min(n[1], 10u)];
    list.map = kListStates * i + list.escape_class * 392 +
               ((node.depth_class() * 7 + c0) * 7 + c1) * 2 + latest;
    inputs[kFirstListInput + i] = logistic.stretch(value(maps_[list.map]));
  }
}

void SuccessorInputs::learn_bit(const Node& node, bool bit) {
  for (List& list : lists_) {
    if (list.successors.empty()) continue;
    learn(maps_[list.map], bit, kMapLimit);
    list.successors.keep(node.split, bit);
  }
}

void SuccessorInputs::end_token(std::uint32_t rank) {
  for (const List& list : lists_) {
    SuccessorList& changed = table_[list.index];
    changed.total = std::min(changed.total + 1, 255u);
    if (!changed.successors.learn_token(rank))
      changed.escapes = std::min(changed.escapes + 1, 255u);
  }
}

std::uint32_t SuccessorInputs::active() const {
  const auto is_active = [](const List& list) { return !list.successors.empty(); };
  return static_cast<std::uint32_t>(std::count_if(lists_.begin(), lists_.end(), is_active));
}

std::uint32_t SuccessorInputs::highest_order() const {
  constexpr std::array<std::uint32_t, 5> kOrder{1, 2, 3, 4, 6};
  for (std::size_t i = kOrder.size(); i > 0; --i)
    if (!lists_[i - 1].successors.empty()) return kOrder[i - 1];
  return 0;
}

// --- Network prediction

void NetworkPrediction::begin_token(const History& history, NetworkStream& stream) {
  const std::size_t token = history.ranks().empty() ? 0 : model_->order[history.recent(1)];
  output_ = model_->network->step(stream, token);
  group_cumulative_ = model_->network->group_cumulative(output_);
  member_cumulative_.clear();
}

void NetworkPrediction::predict(const Node& node, const Logistic& logistic, Inputs& inputs) {
  const Network& network = *model_->network;
  const auto input = [&](const CumulativeFrequencies& cumulative, std::size_t low,
                         std::size_t split, std::size_t high) {
    const std::uint64_t upper = cumulative[high] - cumulative[split];
    inputs[kNetworkInput] = logistic.stretch(
        static_cast<std::uint32_t>(upper * 65535 / (cumulative[high] - cumulative[low])));
  };
  const std::size_t group = network.group_of(node.low);
  if (node.high - node.low > network.group_size()) {
    input(group_cumulative_, group, network.group_of(node.split), network.group_of(node.high));
  } else {
    if (member_cumulative_.empty()) member_cumulative_ = network.member_cumulative(output_, group);
    const std::size_t first = network.first_rank(group);
    input(member_cumulative_, node.low - first, node.split - first, node.high - first);
  }
}

}  // namespace reference
