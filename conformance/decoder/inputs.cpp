#include "inputs.hpp"

#include <algorithm>

namespace reference {

// --- Successor lists

void Successors::keep(const Decision& decision, bool bit) {
  const auto ruled_out = [&](const Entry& entry) { return decision.bit_of(entry.rank) != bit; };
  const auto kept_end = std::remove_if(entries_.begin(), entries_.begin() + size_, ruled_out);
  size_ = static_cast<std::size_t>(kept_end - entries_.begin());
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
  for (std::size_t i = 0; i < lists_.size(); ++i) lists_[i].index = find(contexts.list[i]);
  for (List& list : lists_) {
    const SuccessorList& found = table_[list.index];
    list.successors = found.successors;
    list.escape_class = 4 * found.escapes < found.total       ? 0
                        : 3 * found.escapes < 2 * found.total ? 1
                                                              : 2;
  }
}

std::size_t SuccessorInputs::map_of(std::size_t i, std::uint32_t decision_class, std::uint32_t zero,
                                    std::uint32_t one, bool first_makes_one) const {
  const auto count_class = [](std::uint32_t n) {
    return kCountClasses[std::min<std::size_t>(n, kCountClasses.size() - 1)];
  };
  return kListMaps * i + kListMapsOfEscapeClass * lists_[i].escape_class +
         ((decision_class * 7 + count_class(zero)) * 7 + count_class(one)) * 2 +
         (first_makes_one ? 1 : 0);
}

void SuccessorInputs::predict(const Decision& decision, const Logistic& logistic, Inputs& inputs) {
  for (std::size_t i = 0; i < lists_.size(); ++i) {
    List& list = lists_[i];
    inputs.push_back(0);
    if (list.successors.empty()) continue;
    std::array<std::uint32_t, 2> n{};
    for (const auto& entry : list.successors) n[decision.bit_of(entry.rank)] += entry.count;
    list.map =
        map_of(i, decision.decision_class(), n[0], n[1], decision.bit_of(list.successors[0].rank));
    inputs.back() = logistic.stretch(value(maps_[list.map]));
  }
}

void SuccessorInputs::learn_bit(const Decision& decision, bool bit, bool learns) {
  for (List& list : lists_) {
    if (list.successors.empty()) continue;
    if (learns) learn(maps_[list.map], bit, kMapLimit);
    list.successors.keep(decision, bit);
  }
}

void SuccessorInputs::end_token(std::uint32_t rank) {
  std::vector<std::size_t> changed;
  for (const List& list : lists_) {
    if (std::count(changed.begin(), changed.end(), list.index) > 0) continue;
    changed.push_back(list.index);
    SuccessorList& stored = table_[list.index];
    stored.total = std::min(stored.total + 1, 255u);
    if (!stored.successors.learn_token(rank)) stored.escapes = std::min(stored.escapes + 1, 255u);
  }
}

std::vector<Guess> SuccessorInputs::guesses(std::size_t j) const {
  std::vector<Guess> guesses;
  for (std::size_t i = 0; i < lists_.size(); ++i) {
    const Successors& successors = lists_[i].successors;
    if (j >= successors.size()) continue;
    const std::uint32_t one = successors[j].count;
    std::uint32_t all = 0;
    for (const auto& entry : successors) all += entry.count;
    guesses.push_back({successors[j].rank, value(maps_[map_of(i, 0, all - one, one, j == 0)])});
  }
  return guesses;
}

std::uint32_t SuccessorInputs::active() const {
  const auto is_active = [](const List& list) { return !list.successors.empty(); };
  return static_cast<std::uint32_t>(std::count_if(lists_.begin(), lists_.end(), is_active));
}

std::uint32_t SuccessorInputs::highest_order() const {
  for (std::size_t i = std::min(kListOrders.size(), lists_.size()); i > 0; --i)
    if (!lists_[i - 1].successors.empty()) return kListOrders[i - 1];
  return 0;
}

// --- Prior

PriorInputs::PriorInputs(const Model& model, std::size_t orders)
    : model_(&model), orders_(std::min(orders, model.orders.size())) {
  const auto probability = [&](std::uint32_t rank) {
    return model.order0_below[rank + 1] - model.order0_below[rank];
  };
  likeliest_ = 0;
  for (std::uint32_t rank = 1; rank < model.tokens.size(); ++rank)
    if (probability(rank) > probability(likeliest_)) likeliest_ = rank;
}

std::vector<PriorInputs::Entry> PriorInputs::find(const PriorOrder& order, std::uint64_t context) {
  const std::size_t bucket = order.buckets_log2 == 0 ? 0 : table_index(context, order.buckets_log2);
  std::size_t at = order.index[bucket];
  const std::size_t end =
      std::min({std::size_t{order.index[bucket + 1]}, at + kMaxBucketCells, order.cells.size()});
  while (at < end) {
    const std::uint32_t header = order.cells[at++];
    std::size_t length = header >> 3 & 31;
    if (length == 31 && at < end) length = order.cells[at++];
    length = std::min(length, end - at);
    if (header >> 8 == (context >> 8 & 255)) {
      std::vector<Entry> entries;
      for (std::size_t j = at; j < at + length; ++j) {
        const std::uint32_t cell = order.cells[j];
        std::uint32_t p = kPriorScales[header & 7];
        for (std::uint32_t level = 0; level < (cell & 7); ++level) p = p * 10 / 17;
        entries.push_back({cell >> 3, cell & 7, p});
      }
      return entries;
    }
    at += length;
  }
  return {};
}

void PriorInputs::begin_token(const Contexts& contexts) {
  lists_.clear();
  for (std::size_t k = 1; k <= orders_; ++k) {
    List list;
    list.order = static_cast<std::uint32_t>(k);
    list.entries = find(model_->orders[k - 1], contexts.order[k]);
    if (list.entries.empty()) continue;
    list.end = list.entries.size();
    for (const Entry& entry : list.entries) list.probability += entry.probability;
    list.escape = list.probability < 65536 ? 65536 - list.probability : 1;
    lists_.push_back(list);
  }
}

PriorInputs::Sides PriorInputs::order0(const Decision& decision) const {
  const std::vector<std::uint64_t>& below = model_->order0_below;
  const std::uint32_t c = decision.candidate;
  const std::uint64_t of_candidate = below[c + 1] - below[c];
  if (decision.of_candidate) return {256 * (below.back() - of_candidate), 256 * of_candidate};
  const Node& node = decision.node;
  Sides sides{below[node.split] - below[node.low], below[node.high] - below[node.split]};
  if (node.has(c)) (c < node.split ? sides.zero : sides.one) -= of_candidate;
  return {256 * sides.zero, 256 * sides.one};
}

PriorInputs::Sides PriorInputs::listed(const Decision& decision, List& list) {
  const std::vector<Entry>& entries = list.entries;
  std::size_t at = 0;
  while (at < entries.size() && entries[at].rank != decision.candidate) ++at;
  const std::uint32_t of_candidate = at < entries.size() ? entries[at].probability : 0;
  std::uint32_t zero = list.probability - of_candidate, one = of_candidate;
  if (!decision.of_candidate) {
    list.zero_end = list.begin;
    list.zero_probability = 0;
    for (std::size_t j = list.begin; j < list.end; ++j) {
      if (entries[j].rank >= decision.node.split) continue;
      ++list.zero_end;
      list.zero_probability += entries[j].probability;
    }
    list.zero_probability = std::min(list.zero_probability, list.probability);
    zero = list.zero_probability;
    one = list.probability - zero;
    if (list.begin <= at && at < list.end) {
      std::uint32_t& side = at < list.zero_end ? zero : one;
      side -= std::min(side, of_candidate);
    }
  }
  return {std::min(zero, 65536 - list.escape), std::min(one, 65536 - list.escape)};
}

void PriorInputs::predict(const Decision& decision, const Logistic& logistic, Inputs& inputs) {
  const std::size_t first = inputs.size();
  inputs.resize(first + kPriorInputs);
  Sides sides = order0(decision);
  std::size_t place = lists_.size();
  const auto put = [&] {
    if (place < kPriorInputs) inputs[first + place] = logistic.stretch_of(sides.zero, sides.one);
  };
  put();
  for (List& list : lists_) {
    --place;
    const Sides in_list = listed(decision, list);
    sides.zero = (in_list.zero << 24) + (list.escape * sides.zero >> 16);
    sides.one = (in_list.one << 24) + (list.escape * sides.one >> 16);
    put();
  }
}

void PriorInputs::learn_bit(const Decision& decision, bool bit) {
  if (decision.of_candidate) return;
  for (List& list : lists_) {
    (bit ? list.begin : list.end) = list.zero_end;
    list.probability = bit ? list.probability - list.zero_probability : list.zero_probability;
  }
}

Guess PriorInputs::guess() const {
  if (!lists_.empty()) {
    const std::vector<Entry>& entries = lists_.back().entries;
    const auto first = std::min_element(
        entries.begin(), entries.end(),
        [](const Entry& one, const Entry& other) { return one.level < other.level; });
    if (first->rank < model_->tokens.size()) return {first->rank, 64 * first->probability};
  }
  return {likeliest_, 0};
}

// --- Matches

MatchInputs::MatchInputs(const std::vector<std::uint32_t>& maps, std::uint32_t table_log2)
    : table_log2_(table_log2), maps_(maps) {
  for (std::vector<Entry>& table : table_) table.resize(std::size_t{1} << table_log2);
}

void MatchInputs::begin_token(const History& history, std::size_t stream,
                              MatchPositions& positions) {
  const std::vector<std::uint32_t>& ranks = history.ranks();
  for (std::size_t m = 0; m < match_.size(); ++m) {
    match_[m] = {};
    if (ranks.size() < kMinMatchTokens[m]) continue;
    std::uint64_t h = m + 1;
    for (std::size_t k = 1; k <= kMinMatchTokens[m]; ++k) h = hash(h, history.recent(k) + 1);
    Entry& entry = table_[m][table_index(h, table_log2_)];
    std::size_t& position = positions[m];
    if (position != 0) ++position;
    if (position == 0 || ranks[position - 1] != history.recent(1))
      position = entry.stream == stream ? entry.position : 0;
    std::size_t length = 0;
    while (length < std::min(kMaxMatchTokens, position) &&
           ranks[position - 1 - length] == history.recent(1 + length))
      ++length;
    if (length < kMinMatchTokens[m]) {
      position = 0;
    } else {
      match_[m].length = length;
      match_[m].expected = ranks[position];
    }
    entry = {stream, ranks.size()};
  }
}

std::size_t MatchInputs::map_of(std::size_t m, std::size_t length, std::size_t decision_class) {
  const std::size_t length_number =
      length < kExactMatchLengths
          ? length
          : kExactMatchLengths + (length - kExactMatchLengths) / kMatchLengthStep;
  return kMatchMaps * m + 5 * length_number + decision_class;
}

void MatchInputs::predict(const Decision& decision, const Logistic& logistic, Inputs& inputs) {
  for (std::size_t m = 0; m < match_.size(); ++m) {
    Match& match = match_[m];
    inputs.push_back(0);
    match.used = match.length > 0 && decision.possible(match.expected);
    if (!match.used) continue;
    match.bit = decision.bit_of(match.expected);
    match.map = map_of(m, match.length, decision.decision_class());
    const std::int32_t x = logistic.stretch(value(maps_[match.map]));
    inputs.back() = match.bit ? x : -x;
  }
}

void MatchInputs::learn_bit(bool bit) {
  for (const Match& match : match_)
    if (match.used) learn(maps_[match.map], bit == match.bit, kMapLimit);
}

std::optional<Guess> MatchInputs::guess(std::size_t m) const {
  const Match& match = match_[m];
  if (match.length == 0) return std::nullopt;
  return Guess{match.expected, value(maps_[map_of(m, match.length, 0)])};
}

std::uint32_t MatchInputs::length_class(std::size_t m) const {
  const Match& match = match_[m];
  if (!match.used) return 0;
  std::uint32_t number = 1;
  for (const std::size_t begin : kMatchClassBegin) number += match.length >= begin ? 1 : 0;
  return number;
}

// --- Counters

CounterInputs::CounterInputs(std::size_t vocabulary, std::uint32_t lines_log2, bool hashed)
    : lines_log2_(lines_log2),
      of_node_(vocabulary, kUntrained),
      of_candidate_(vocabulary, kUntrained),
      lines_(hashed ? 3 : 0, std::vector<Line>(std::size_t{1} << lines_log2)) {
  new_line_.fill(kUntrained);
}

void CounterInputs::begin_token(const Contexts& contexts) {
  context_ = {contexts.order[1], contexts.order[2], contexts.word};
}

void CounterInputs::visit(const Node& node, bool learns) {
  if (node.depth % 3 != 0) return;
  counter_ = 1;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const std::uint64_t h = hash(context_[i], node.split);
    const std::uint32_t check = static_cast<std::uint32_t>(h) | 1;
    line_[i] = &lines_[i][table_index(h, lines_log2_)];
    if ((*line_[i])[0] == check) continue;
    if (!learns) {
      line_[i] = &new_line_;
      continue;
    }
    line_[i]->fill(kUntrained);
    (*line_[i])[0] = check;
  }
}

void CounterInputs::predict(const Decision& decision, const Logistic& logistic,
                            Inputs& inputs) const {
  inputs.push_back(logistic.stretch(value(decision.of_candidate ? of_candidate_[decision.candidate]
                                                                : of_node_[decision.node.split])));
  for (std::size_t i = 0; i < lines_.size(); ++i)
    inputs.push_back(decision.of_candidate ? 0 : logistic.stretch(value((*line_[i])[counter_])));
}

void CounterInputs::learn_bit(const Decision& decision, bool bit) {
  if (decision.of_candidate) {
    learn(of_candidate_[decision.candidate], bit, kCounterLimit);
    return;
  }
  learn(of_node_[decision.node.split], bit, kCounterLimit);
  for (std::size_t i = 0; i < lines_.size(); ++i) learn((*line_[i])[counter_], bit, kCounterLimit);
}

// --- Network

void NetworkInput::begin_token(const History& history, NetworkStream& stream) {
  const std::size_t token = history.ranks().empty() ? 0 : model_->order[history.recent(1)];
  output_ = model_->network->step(stream, token);
  const Network& network = *model_->network;
  groups_ = network.cumulative_frequencies(network.group_logits(output_));
  members_.clear();
}

const CumulativeFrequencies& NetworkInput::members_of(std::size_t group) {
  const Network& network = *model_->network;
  if (members_.empty() || group_ != group)
    members_ = network.cumulative_frequencies(network.member_logits(output_, group));
  group_ = group;
  return members_;
}

void NetworkInput::set_candidate(std::uint32_t candidate) {
  const Network& network = *model_->network;
  const std::size_t group = network.group_of(candidate);
  const CumulativeFrequencies& members = members_of(group);
  const std::size_t member = candidate - network.first_rank(group);
  const std::uint64_t share = ((members[member + 1] - members[member]) << 31) / members.back();
  candidate_frequency_ = (groups_[group + 1] - groups_[group]) * share >> 31;
}

void NetworkInput::predict(const Decision& decision, const Logistic& logistic, Inputs& inputs) {
  const Network& network = *model_->network;
  const Node& node = decision.node;
  const std::uint32_t c = decision.candidate;
  std::uint64_t zero = groups_.back() - candidate_frequency_, one = candidate_frequency_;
  if (!decision.of_candidate) {
    std::uint64_t of_candidate = candidate_frequency_;
    if (node.high - node.low > network.group_size()) {
      const std::uint64_t at_split = groups_[network.group_of(node.split)];
      zero = at_split - groups_[network.group_of(node.low)];
      one = groups_[network.group_of(node.high)] - at_split;
    } else {
      const std::size_t group = network.group_of(node.low);
      const std::size_t first = network.first_rank(group);
      const CumulativeFrequencies& members = members_of(group);
      zero = members[node.split - first] - members[node.low - first];
      one = members[node.high - first] - members[node.split - first];
      if (node.has(c)) of_candidate = members[c - first + 1] - members[c - first];
    }
    if (node.has(c)) (c < node.split ? zero : one) -= of_candidate;
  }
  inputs.push_back(logistic.stretch_of(zero, one));
}

// --- Recurrent network

RecurrentInput::RecurrentInput(const Model& model, const Logistic& logistic)
    : model_(&model),
      logistic_(&logistic),
      start_rank_(static_cast<std::uint32_t>(std::find(model.order.begin(), model.order.end(), 0) -
                                             model.order.begin())) {}

void RecurrentInput::begin_token(const History& history, RecurrentStream& stream) {
  model_->recurrent->step(stream, history.ranks().empty() ? start_rank_ : history.recent(1));
  stream_ = &stream;
}

std::uint32_t RecurrentInput::probability(std::uint32_t split) const {
  return logistic_->squash(model_->recurrent->logit(*stream_, split));
}

void RecurrentInput::set_candidate(std::uint32_t candidate) {
  std::vector<std::uint64_t> towards;  // [depth]: of the branch that the candidate is in, Q22
  for (Node node = root_of(*model_); node.split != 0;
       node = child_of(*model_, node, candidate >= node.split)) {
    const std::uint32_t one = probability(node.split);
    towards.push_back(candidate >= node.split ? one : kOne - one);
  }
  candidate_below_.resize(towards.size());
  std::uint64_t below = std::uint64_t{1} << 32;
  for (std::size_t depth = towards.size(); depth-- > 0;) {
    below = below * towards[depth] >> kProbabilityBits;
    candidate_below_[depth] = below;
  }
}

void RecurrentInput::predict(const Decision& decision, Inputs& inputs) const {
  const Node& node = decision.node;
  if (decision.of_candidate) {
    inputs.push_back(logistic_->stretch(static_cast<std::uint32_t>(candidate_below_[0] >> 10)));
  } else if (!node.has(decision.candidate)) {
    inputs.push_back(model_->recurrent->logit(*stream_, node.split));
  } else {
    std::uint64_t one = std::uint64_t{probability(node.split)} << 10;
    std::uint64_t zero = (std::uint64_t{1} << 32) - one;
    std::uint64_t& side = decision.candidate < node.split ? zero : one;
    side -= std::min(side, candidate_below_[node.depth]);
    inputs.push_back(logistic_->stretch_of(zero, one));
  }
}

}  // namespace reference
