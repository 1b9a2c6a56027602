#include "czip/codec/v2/coding/predictor.hpp"

#include <algorithm>
#include <bit>

namespace czip::v2 {
namespace {

// The mixer learns fast at a text's start and settles: rate kSlow + (kFast - kSlow) / (1 + n /
// kHalf) after n tokens.
constexpr std::int64_t kSlowRate = 80;
constexpr std::int64_t kFastRate = 200;
constexpr std::int64_t kHalfTokens = 4096;

constexpr int kNodeApmRate = 7;
constexpr int kHashedApmRate = 6;

std::int32_t learning_rate(std::size_t tokens) {
  return static_cast<std::int32_t>(kSlowRate +
                                   (kFastRate - kSlowRate) * kHalfTokens /
                                       (kHalfTokens + static_cast<std::int64_t>(tokens)));
}

}  // namespace

TableSizes TableSizes::for_text(std::uint64_t text_bytes) {
  // Some five lists are new for each byte of text.
  const auto lists =
      std::clamp<std::uint32_t>(static_cast<std::uint32_t>(std::bit_width(text_bytes * 6)), 12, 22);
  return {.lists_log2 = lists,
          .counters_log2 = std::min(lists, 20u) - 2,
          .matches_log2 = lists - 3,
          .apm_log2 = std::min(lists, 20u) - 4};
}

Predictor::Predictor(const PredictorTables& tables, const Profile& profile,
                     const TrainedState& state, const TableSizes& sizes, SimdLevel simd)
    : logistic_(tables.logistic),
      tree_(tables.tree),
      list_count_(profile.lists),
      mixer_(profile.inputs(), state.weights, state.final_weights, *tables.logistic, simd),
      successors_(profile.lists, sizes.lists_log2, state.list_maps),
      counters_(*tables.tree, sizes.counters_log2),
      prior_(*tables.prior),
      matches_(sizes.matches_log2, state.match_maps),
      node_apm_(state.apm),
      hashed_apm_(std::size_t{1} << sizes.apm_log2, *tables.logistic),
      hashed_apm_log2_(sizes.apm_log2) {
  mixer_.inputs()[kBiasInput] = 256;
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
  const std::uint32_t p = (2 * logistic_->squash(mixed) + by_node + by_hash + 2) / 4;
  return std::clamp(p, 1u, 65535u);
}

void Predictor::select_weights() {
  const std::uint32_t depth = depth_class(node_.depth);
  const std::uint32_t active = successors_.active_lists();
  const std::array<std::uint32_t, kMixerSelectors> context{
      node_.path < 256 ? node_.path
                       : 256 + std::min(node_.depth, 31u) * 16 + std::min(active * 3 / 4, 15u),
      (matches_.max_length_class() * 3 + matches_.long_expected()) * kDepthClasses + depth,
      ((successors_.highest_order() * (kMaxPriorOrder + 1) + prior_.highest_order()) *
           kDepthClasses +
       depth) *
              2 +
          (active > 8 ? 1 : 0),
      last_byte_ * kDepthClasses + depth, (last_rank_ >> 3) & 1023};
  mixer_.select(context,
                std::min(node_.depth, 15u) * 4 + std::min(matches_.long_length_class(), 3u));
}

std::size_t Predictor::hashed_context() const {
  return hash_combine(contexts_.order[1], node_.split) >> (64 - hashed_apm_log2_);
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

void Predictor::end_token(std::string_view bytes) {
  successors_.end_token(node_.low);
  stream_->history.append(node_.low, bytes);
}

}  // namespace czip::v2
