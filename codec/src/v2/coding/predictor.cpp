#include "czip/codec/v2/coding/predictor.hpp"

#include <algorithm>
#include <bit>

#include "czip/codec/v2/coding/hash.hpp"

namespace czip::v2 {
namespace {

// The learning rate of the mixer's first layer after `tokens` tokens of a stream.
std::int32_t learning_rate(std::size_t tokens) {
  const std::int64_t n = static_cast<std::int64_t>(tokens);
  return kSlowRate + static_cast<std::int32_t>((kFastRate - kSlowRate) * kHalfRateTokens /
                                               (kHalfRateTokens + n));
}

}  // namespace

TableSizes TableSizes::for_text(std::uint64_t text_bytes, const Profile& profile) {
  const auto log2 = [text_bytes](std::size_t contexts) {
    const std::uint64_t lists = text_bytes * contexts * kListsNumerator / kListsDenominator;
    return std::clamp(static_cast<std::uint32_t>(std::bit_width(lists)), kMinTableLog2,
                      kMaxTableLog2);
  };
  const std::uint32_t all = log2(kListLanes);
  return {.lists_log2 = log2(profile.lists),
          .counters_log2 = std::min(all, kMaxSmallTableLog2) - kCounterLinesShift,
          .matches_log2 = all - kMatchTableShift};
}

std::uint64_t TableSizes::bytes() const {
  const auto table = [](std::uint64_t entry_bytes, std::uint32_t entries_log2) {
    return entry_bytes << entries_log2;
  };
  constexpr std::uint64_t kCounterBytes = sizeof(std::uint32_t) * kCountersPerLine;
  return table(sizeof(SuccessorList), lists_log2) +
         table(kCounterBytes, counters_log2) * (kCounterInputs - 1) +
         table(sizeof(std::uint32_t), matches_log2) * kMatchInputs;
}

Predictor::Predictor(SimdLevel simd)
    : mixers_{Mixer(simd), Mixer(simd)}, successors_(simd), prior_(simd) {}

void Predictor::reset(const PredictorTables& tables, const Profile& profile,
                      const TrainedState& state, const TableSizes& sizes) {
  logistic_ = tables.logistic;
  tree_ = tables.tree;
  layout_ = InputLayout(profile);
  for (std::size_t m = 0; m < kMixers; ++m) {
    mixers_[m].reset(std::span(kMixerSelectorSizes[m]).first(profile.selectors), layout_.total,
                     state.weights[m], state.final_weights[m], *tables.logistic);
  }
  successors_.reset(profile.lists, sizes.lists_log2, state.list_maps);
  counters_.reset(*tables.tree, sizes.counters_log2, profile.counters);
  prior_.reset(*tables.prior, profile.prior);
  matches_.reset(sizes.matches_log2, state.match_maps);
  recurrent_.reset(profile.recurrent ? tables.recurrent : nullptr, *tables.tree);
  finder_.reset(tables.tree->size());
}

TrainedState Predictor::trained_state() const {
  const auto copy = [](auto span) { return std::vector(span.begin(), span.end()); };
  TrainedState state;
  for (std::size_t m = 0; m < kMixers; ++m) {
    state.weights[m] = copy(mixers_[m].weights());
    state.final_weights[m] = copy(mixers_[m].final_weights());
  }
  state.list_maps = copy(successors_.maps());
  state.match_maps = copy(matches_.maps());
  return state;
}

void Predictor::begin_token(Stream& stream, UndoLog* log) {
  stream_ = &stream;
  const History& history = stream.history;
  matches_.prefetch(history);
  set_contexts(history, contexts_);
  successors_.prefetch(contexts_);
  prior_.prefetch_index(contexts_);
  counters_.prefetch(contexts_, tree_->root());
  last_byte_ = static_cast<std::uint32_t>(history.last_bytes() & 0xff);
  last_rank_ = history.recent(1);
  for (Mixer& mixer : mixers_) mixer.set_rate(learning_rate(history.size()));
  if (log != nullptr) {
    successors_.save_lists(contexts_, *log);
    matches_.save_entries(*log);
  }
  recurrent_.begin_token(stream.recurrent,
                         history.size() > 0 ? last_rank_ : tree_->rank(kStreamStartToken));
  matches_.begin_token(history, stream.number, stream.matches);
  prior_.prefetch_cells(contexts_);
  successors_.begin_token(contexts_);
  prior_.begin_token(contexts_);
  const std::uint32_t candidate = finder_.find(successors_, matches_, prior_);
  decision_ = {.is_candidate = true, .candidate = candidate, .node = {}};
  prior_.set_candidate(candidate);
  recurrent_.set_candidate(candidate, *logistic_);
}

std::uint32_t Predictor::predict(std::int32_t network) {
  Mixer& mixer = mixers_[mixer_index()];
  const auto inputs = [&mixer](std::size_t first, std::size_t count) {
    return mixer.inputs().subspan(first, count);
  };
  // The lists' kernel overwrites the places of the others.
  std::array<std::int32_t, kMatchInputs> of_matches{};
  matches_.predict(decision_, *logistic_, of_matches);
  if (decision_.is_candidate) {
    select_candidate_weights(mixer);
  } else {
    select_tree_weights(mixer);
  }
  successors_.predict(decision_, *logistic_, inputs(0, kListLanes));
  prior_.predict(decision_, *logistic_, inputs(layout_.prior, kPriorInputs));
  std::ranges::copy(of_matches, inputs(layout_.matches, kMatchInputs).begin());
  const auto counters = inputs(layout_.counters, layout_.counter_count);
  mixer.inputs()[layout_.bias] = kBias;
  if (layout_.network) mixer.inputs()[*layout_.network] = network;
  if (layout_.recurrent)
    mixer.inputs()[*layout_.recurrent] = recurrent_.input(decision_, *logistic_);
  if (decision_.is_candidate) {
    counters_.predict_candidate(decision_.candidate, *logistic_, counters);
  } else {
    counters_.predict(*logistic_, counters);
  }
  return logistic_->squash(mixer.mix());
}

void Predictor::select_candidate_weights(Mixer& mixer) const {
  const std::uint32_t hits = stream_->hits % kHitHistories;
  const std::uint32_t length = matches_.long_length_class();
  const std::uint32_t votes = std::min(finder_.lists() / kListsPerVoteClass, kVoteClasses - 1);
  mixer.select(
      {((length * kMatchStands + matches_.stand(0)) * kMatchStands + matches_.stand(1)) *
               kHitHistories +
           hits,
       orders() * kVoteClasses + votes, last_byte_, decision_.candidate >> kTokenSelectorShift,
       (last_rank_ >> kTokenSelectorShift) % kTokenSelectorSets},
      hits * kFinalMatchClasses + std::min(length, kFinalMatchClasses - 1));
}

void Predictor::select_tree_weights(Mixer& mixer) const {
  const Node& node = decision_.node;
  const std::uint32_t depth = depth_class(node.depth);
  const std::uint32_t active = successors_.active_lists();
  const std::uint32_t by_depth = std::min(node.depth, kMixerDepths - 1) * kActiveListClasses +
                                 std::min(active * 3 / 4, kActiveListClasses - 1);
  const std::uint32_t match = matches_.max_length_class() * kMatchStands + matches_.stand(0);
  mixer.select(
      {node.path < kMixerPaths ? node.path : kMixerPaths + by_depth, match * kDepthClasses + depth,
       (orders() * kDepthClasses + depth) * 2 + (active >= kManyActiveLists ? 1 : 0),
       last_byte_ * kDepthClasses + depth,
       (last_rank_ >> kTokenSelectorShift) % kTokenSelectorSets},
      std::min(node.depth, kFinalDepths - 1) * kFinalMatchClasses +
          std::min(matches_.long_length_class(), kFinalMatchClasses - 1));
}

template <class Visit>
void Predictor::follow(const CodeTree& tree, Decision& decision, bool bit, const Visit& visit) {
  Node& node = decision.node;
  if (decision.is_candidate && bit) {
    node = {.split = CodeTree::kLeaf, .low = decision.candidate, .high = decision.candidate + 1};
    decision.is_candidate = false;
    return;
  }
  node = decision.is_candidate ? root_node(tree) : child_node(tree, node, bit);
  decision.is_candidate = false;
  visit(bit, node);
  while (node.split != CodeTree::kLeaf && (decision.rules_out(false) || decision.rules_out(true))) {
    const bool forced = decision.rules_out(false);
    node = child_node(tree, node, forced);
    visit(forced, node);
  }
}

void Predictor::go_on(bool bit, bool learns) {
  bool begins = decision_.is_candidate;
  follow(*tree_, decision_, bit, [&](bool taken, const Node& node) {
    const Node* const next = node.split == CodeTree::kLeaf ? nullptr : &node;
    if (begins) {
      counters_.begin_tree(contexts_, node, learns);
    } else {
      counters_.go_on(taken, next, learns);
    }
    begins = false;
  });
}

void Predictor::update(bool bit) {
  mixers_[mixer_index()].update(bit);
  successors_.update(decision_, bit);
  matches_.update(bit);
  prior_.update(decision_, bit);
  if (decision_.is_candidate) {
    counters_.update_candidate(decision_.candidate, bit);
    stream_->hits = stream_->hits << 1 | (bit ? 1 : 0);
  } else {
    counters_.learn(bit);
  }
  go_on(bit, true);
}

void Predictor::go_on_unlearned(bool bit) {
  if (decision_.is_candidate) stream_->hits = stream_->hits << 1 | (bit ? 1 : 0);
  descend(bit);
}

Predictor::Place Predictor::place() const {
  return {decision_, successors_.place(), counters_.place(), prior_.place()};
}

void Predictor::go_to(const Place& place) {
  decision_ = place.decision;
  successors_.go_to(place.lists);
  counters_.go_to(place.counters);
  prior_.go_to(place.prior);
}

void Predictor::descend(bool bit) {
  successors_.descend(decision_, bit);
  prior_.update(decision_, bit);
  go_on(bit, false);
}

void Predictor::save_small_tables(UndoLog& log) {
  const auto save = [&log](auto values) { log.save(values.data(), values.size()); };
  for (Mixer& mixer : mixers_) {
    save(mixer.weights_to_restore());
    save(mixer.final_weights_to_restore());
  }
  save(successors_.maps_to_restore());
  save(matches_.maps_to_restore());
  save(counters_.order0_to_restore());
}

void Predictor::save_large_tables(UndoLog& log) {
  successors_.save_table(log);
  counters_.save_table(log);
  matches_.save_tables(log);
}

void Predictor::save_update(bool bit, UndoLog& log) {
  Decision decision = decision_;
  follow(*tree_, decision, bit, [&](bool, const Node& node) {
    if (node.split != CodeTree::kLeaf) counters_.save_lines(contexts_, node, log);
  });
}

void Predictor::end_token(std::string_view bytes) {
  successors_.end_token(rank());
  stream_->history.append(rank(), bytes);
}

}  // namespace czip::v2
