#include "predictor.hpp"

#include <algorithm>

namespace reference {
namespace {

constexpr std::array<std::size_t, 5> kMixerSelectorSizes{768, 64, 384, 1024, 1024};
constexpr std::size_t kBiasInput = 12;
constexpr std::int32_t kMaxInput = 2047;
constexpr std::int32_t kFinalRate = 20;

std::vector<std::uint16_t> straight_points(std::uint32_t contexts_log2, const Logistic& logistic) {
  std::vector<std::uint16_t> points;
  for (std::size_t context = 0; context < std::size_t{1} << contexts_log2; ++context)
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(kApmPoints); ++i)
      points.push_back(static_cast<std::uint16_t>(logistic.squash(128 * i - 2048)));
  return points;
}

}  // namespace

// --- Adaptive probability maps

std::int32_t Apm::refine(std::int32_t stretched, std::size_t context) {
  const std::int32_t x = clamp(stretched, kMaxInput) + 2048;
  const std::int32_t fraction = x % 128;
  const std::size_t low = kApmPoints * context + static_cast<std::size_t>(x / 128);
  nearest_ = fraction < 64 ? low : low + 1;
  return (points_[low] * (128 - fraction) + points_[low + 1] * fraction) / 128;
}

void Apm::learn_bit(bool bit) {
  const std::int32_t point = points_[nearest_];
  points_[nearest_] =
      static_cast<std::uint16_t>(point + floor_shift((bit ? 65535 : 0) - point, rate_));
}

// --- Mixer

Mixer::Mixer(const TrainedState& state, std::size_t inputs, const Logistic& logistic)
    : logistic_(&logistic),
      input_count_(inputs),
      weights_(state.weights),
      final_weights_(state.final_weights),
      final_inputs_(8, 0) {}

std::int32_t Mixer::dot(const std::int32_t* weights, const Inputs& inputs) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    sum += floor_shift(std::int64_t{weights[i]} * inputs[i], 8);
  return static_cast<std::int32_t>(floor_shift(sum, 8));
}

std::int32_t Mixer::mix(const Inputs& inputs, const std::array<std::size_t, 5>& choice,
                        std::size_t final_choice) {
  inputs_ = inputs;
  std::size_t sets_before = 0;
  for (std::size_t j = 0; j < first_.size(); ++j) {
    first_[j].weights = &weights_[(sets_before + choice[j]) * input_count_];
    first_[j].output = dot(first_[j].weights, inputs_);
    final_inputs_[j] = clamp(first_[j].output, kMaxInput);
    sets_before += kMixerSelectorSizes[j];
  }
  final_.weights = &final_weights_[final_choice * final_inputs_.size()];
  final_.output = dot(final_.weights, final_inputs_);
  return clamp(final_.output, 2815);
}

void Mixer::learn_bit(bool bit, std::int32_t rate) {
  for (const Neuron& neuron : first_) train(neuron, inputs_, bit, rate);
  train(final_, final_inputs_, bit, kFinalRate);
}

void Mixer::train(const Neuron& neuron, const Inputs& inputs, bool bit, std::int32_t rate) const {
  const std::int64_t missed = (bit ? 65536 : 0) - logistic_->squash(neuron.output);
  const std::int64_t error = floor_shift(missed * rate, 8);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::int64_t step = floor_shift(inputs[i] * error + 8192, 14);
    neuron.weights[i] = clamp(neuron.weights[i] + static_cast<std::int32_t>(step), 524287);
  }
}

// --- Predictor

Predictor::Sizes::Sizes(std::uint64_t text_bytes) {
  std::uint32_t bits = 0;
  for (std::uint64_t x = 6 * text_bytes; x != 0; x /= 2) ++bits;
  lists = std::min(std::max(bits, 12u), 22u);
  lines = std::min(lists, 20u) - 2;
  matches = lists - 3;
  map = std::min(lists, 20u) - 4;
}

Predictor::Predictor(const Model& model, std::size_t profile, bool with_network,
                     std::uint64_t text_bytes)
    : Predictor(model, with_network ? model.network_states : model.states, profile,
                Sizes(text_bytes)) {
  if (with_network) network_.emplace(model);
}

Predictor::Predictor(const Model& model, const TrainedStates& states, std::size_t profile,
                     Sizes sizes)
    : model_(&model),
      logistic_(model),
      sizes_(sizes),
      counters_(model.tokens.size(), sizes.lines),
      prior_(model),
      matches_(states.profiles[profile].match_maps, sizes.matches),
      successors_(kProfileLists[profile], states.profiles[profile].list_maps, sizes.lists),
      mixer_(states.profiles[profile], kProfileInputs[profile], logistic_),
      apm_by_node_(states.apm, 7),
      apm_by_hash_(straight_points(sizes.map, logistic_), 6),
      inputs_(kProfileInputs[profile], 0) {
  inputs_[kBiasInput] = 256;
}

void Predictor::begin_token(Stream& stream) {
  stream_ = &stream;
  contexts_ = stream.history.contexts();
  node_ = Node{};
  node_.split = model_->root;
  node_.high = static_cast<std::uint32_t>(model_->tokens.size());
  counters_.begin_token(contexts_);
  prior_.begin_token(contexts_);
  matches_.begin_token(stream.history, stream.number, stream.matches);
  successors_.begin_token(contexts_);
  if (network_) network_->begin_token(stream.history, stream.network);
}

std::uint32_t Predictor::predict() {
  counters_.predict(node_, logistic_, inputs_);
  prior_.predict(node_, logistic_, inputs_);
  matches_.predict(node_, logistic_, inputs_);
  successors_.predict(node_, logistic_, inputs_);
  if (network_) network_->predict(node_, logistic_, inputs_);
  const std::int32_t mixed = mix();
  const std::size_t by_hash = table_index(hash(contexts_.order[1], node_.split), sizes_.map);
  const std::int32_t refined =
      apm_by_node_.refine(mixed, node_.split) + apm_by_hash_.refine(mixed, by_hash);
  const std::int32_t p = (2 * logistic_.squash(mixed) + refined + 2) / 4;
  return static_cast<std::uint32_t>(std::min(std::max(p, 1), 65535));
}

std::int32_t Predictor::mix() {
  const std::size_t depth = node_.depth;
  const std::size_t depth_class = node_.depth_class();
  const std::size_t active = successors_.active();
  const std::size_t longer = std::max(matches_.length_class(0), matches_.length_class(1));
  const std::size_t orders = 6 * successors_.highest_order() + prior_.highest_order();
  return mixer_.mix(
      inputs_,
      {depth < 8 ? static_cast<std::size_t>(node_.path)
                 : 256 + 16 * std::min<std::size_t>(depth, 31) +
                       std::min<std::size_t>(3 * active / 4, 15),
       4 * (3 * longer + matches_.expected_bit()) + depth_class,
       2 * (4 * orders + depth_class) + (active > 8 ? 1 : 0),
       4 * stream_->history.last_byte() + depth_class, stream_->history.recent(1) / 8 % 1024},
      4 * std::min<std::size_t>(depth, 15) + std::min(matches_.length_class(0), 3u));
}

void Predictor::learn_bit(bool bit) {
  const auto tokens = static_cast<std::int32_t>(stream_->history.ranks().size());
  mixer_.learn_bit(bit, 80 + 491520 / (4096 + tokens));
  apm_by_node_.learn_bit(bit);
  apm_by_hash_.learn_bit(bit);
  counters_.learn_bit(node_, bit);
  matches_.learn_bit(bit);
  successors_.learn_bit(node_, bit);
  (bit ? node_.low : node_.high) = node_.split;
  node_.split = model_->children[node_.split][bit];
  ++node_.depth;
  node_.path = 2 * node_.path + (bit ? 1 : 0);
}

void Predictor::end_token(const std::string& bytes) {
  successors_.end_token(node_.low);
  stream_->history.append(node_.low, bytes);
}

}  // namespace reference
