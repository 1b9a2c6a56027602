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

TableSizes TableSizes::for_text(std::uint64_t text_bytes) {
  const auto digits = static_cast<std::uint32_t>(std::bit_width(text_bytes * kListsPerTextByte));
  const std::uint32_t lists = std::clamp(digits, kMinListsLog2, kMaxListsLog2);
  const std::uint32_t small = std::min(lists, kMaxSmallTableLog2);
  return {.lists_log2 = lists,
          .counters_log2 = small - kCounterLinesShift,
          .matches_log2 = lists - kMatchTableShift,
          .apm_log2 = small - kHashedApmShift};
}

std::uint64_t TableSizes::bytes(std::uint32_t vocabulary) const {
  const auto table = [](std::uint64_t entry_bytes, std::uint32_t entries_log2) {
    return entry_bytes << entries_log2;
  };
  constexpr std::uint64_t kApmBytes = sizeof(std::uint16_t) * kApmPoints;
  constexpr std::uint64_t kCounterBytes = sizeof(std::uint32_t) * kCountersPerLine;
  return table(sizeof(SuccessorList), lists_log2) +
         table(kCounterBytes, counters_log2) * (kCounterInputs - 1) +
         table(sizeof(std::uint32_t), matches_log2) * kMatchInputs + table(kApmBytes, apm_log2) +
         kApmBytes * vocabulary;
}

void Predictor::reset(const PredictorTables& tables, const Profile& profile,
                      const TrainedState& state, const TableSizes& sizes) {
  logistic_ = tables.logistic;
  tree_ = tables.tree;
  list_count_ = profile.lists;
  mixer_.reset(profile.inputs(), state.weights, state.final_weights, *tables.logistic);
  mixer_.inputs()[kBiasInput] = kBias;
  successors_.reset(profile.lists, sizes.lists_log2, state.list_maps);
  counters_.reset(*tables.tree, sizes.counters_log2);
  prior_.reset(*tables.prior);
  matches_.reset(sizes.matches_log2, state.match_maps);
  node_apm_.reset(state.apm);
  hashed_apm_.reset(std::size_t{1} << sizes.apm_log2, *tables.logistic);
  hashed_apm_log2_ = sizes.apm_log2;
}

TrainedState Predictor::trained_state() const {
  const auto copy = [](auto span) { return std::vector(span.begin(), span.end()); };
  return {copy(mixer_.weights()), copy(mixer_.final_weights()), copy(successors_.maps()),
          copy(matches_.maps()), copy(node_apm_.points())};
}

void Predictor::begin_token(Stream& stream) {
  stream_ = &stream;
  const History& history = stream.history;
  set_contexts(history, contexts_);
  successors_.prefetch(contexts_);
  prior_.prefetch_index(contexts_);
  node_ = root_node(*tree_);
  counters_.begin_token(contexts_, node_);
  last_byte_ = static_cast<std::uint32_t>(history.last_bytes() & 0xff);
  last_rank_ = history.recent(1);
  mixer_.set_rate(learning_rate(history.size()));
  prefetch_apm();
  prior_.prefetch_cells(contexts_);
  matches_.begin_token(history, stream.number, stream.matches);
  successors_.begin_token(contexts_, inputs(kFirstSuccessorInput, list_count_));
  prior_.begin_token(contexts_);
}

std::uint32_t Predictor::predict(std::int32_t network) {
  successors_.predict(node_, *logistic_, inputs(kFirstSuccessorInput, list_count_));
  counters_.predict(*logistic_, inputs(kFirstCounterInput, kCounterInputs));
  prior_.predict(node_, *logistic_, inputs(kFirstPriorInput, kPriorInputs));
  matches_.predict(node_, *logistic_, inputs(kFirstMatchInput, kMatchInputs));
  mixer_.inputs()[kNetworkInput] = network;
  select_weights();
  const std::int32_t mixed = mixer_.mix();
  const std::uint32_t by_node = node_apm_.refine(mixed, node_.split);
  const std::uint32_t by_hash = hashed_apm_.refine(mixed, hashed_context());
  // The mean of both maps and, with the weight of two, the mixer, rounded.
  const std::uint32_t p = (2 * logistic_->squash(mixed) + by_node + by_hash + 2) / 4;
  return std::clamp(p, 1u, kMaxProbability);
}

void Predictor::select_weights() {
  const std::uint32_t depth = depth_class(node_.depth);
  const std::uint32_t active = successors_.active_lists();
  const std::uint32_t by_depth = std::min(node_.depth, kMixerDepths - 1) * kActiveListClasses +
                                 std::min(active * 3 / 4, kActiveListClasses - 1);
  const std::uint32_t match =
      matches_.max_length_class() * kLongMatchStates + matches_.long_expected();
  const std::uint32_t orders =
      successors_.highest_order() * (kMaxPriorOrder + 1) + prior_.highest_order();
  mixer_.select({node_.path < kMixerPaths ? node_.path : kMixerPaths + by_depth,
                 match * kDepthClasses + depth,
                 (orders * kDepthClasses + depth) * 2 + (active >= kManyActiveLists ? 1 : 0),
                 last_byte_ * kDepthClasses + depth,
                 (last_rank_ >> kTokenSelectorShift) % kTokenSelectorSets},
                std::min(node_.depth, kFinalDepths - 1) * kFinalMatchClasses +
                    std::min(matches_.long_length_class(), kFinalMatchClasses - 1));
}

std::size_t Predictor::hashed_context() const {
  return static_cast<std::size_t>(
      place_of(hash_combine(contexts_.order[1], node_.split), hashed_apm_log2_));
}

void Predictor::prefetch_apm() const {
  node_apm_.prefetch(node_.split);
  hashed_apm_.prefetch(hashed_context());
}

void Predictor::update(bool bit) {
  mixer_.update(bit);
  node_apm_.update(bit, kNodeApmRate);
  hashed_apm_.update(bit, kHashedApmRate);
  successors_.update(bit, inputs(kFirstSuccessorInput, list_count_));
  matches_.update(bit);
  prior_.update(bit);
  node_ = child_node(*tree_, node_, bit);
  counters_.update(bit, decided() ? nullptr : &node_);
  if (!decided()) prefetch_apm();
}

Predictor::Place Predictor::place() const {
  return {node_, successors_.place(), counters_.place(), prior_.place()};
}

void Predictor::go_to(const Place& place) {
  node_ = place.node;
  successors_.go_to(place.lists, inputs(kFirstSuccessorInput, list_count_));
  counters_.go_to(place.counters);
  prior_.go_to(place.prior);
}

void Predictor::descend(bool bit) {
  successors_.descend(bit, inputs(kFirstSuccessorInput, list_count_));
  prior_.update(bit);
  node_ = child_node(*tree_, node_, bit);
  counters_.descend(bit, decided() ? nullptr : &node_);
}

void Predictor::save_small_tables(UndoLog& log) {
  const auto save = [&log](auto values) { log.save(values.data(), values.size()); };
  save(mixer_.weights_to_restore());
  save(mixer_.final_weights_to_restore());
  save(successors_.maps_to_restore());
  save(matches_.maps_to_restore());
  save(counters_.order0_to_restore());
}

void Predictor::save_large_tables(UndoLog& log) {
  successors_.save_table(log);
  counters_.save_table(log);
  matches_.save_tables(log);
  for (Apm* apm : {&node_apm_, &hashed_apm_}) apm->save(log);
}

void Predictor::save_begin_token(const Stream& stream, UndoLog& log) {
  Contexts contexts;
  set_contexts(stream.history, contexts);
  successors_.save_lists(contexts, log);
  counters_.save_lines(contexts, root_node(*tree_), log);
  matches_.save_entries(stream.history, log);
}

void Predictor::save_update(bool bit, UndoLog& log) {
  log.save(&node_apm_.nearest_point());
  log.save(&hashed_apm_.nearest_point());
  const Node next = child_node(*tree_, node_, bit);
  if (next.split != CodeTree::kLeaf) counters_.save_lines(contexts_, next, log);
}

void Predictor::end_token(std::string_view bytes) {
  successors_.end_token(node_.low);
  stream_->history.append(node_.low, bytes);
}

}  // namespace czip::v2
