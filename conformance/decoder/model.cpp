#include "model.hpp"

#include <algorithm>
#include <unordered_map>

#include "tensors.hpp"

namespace reference {
namespace {

std::vector<std::string> read_tokens(Tensors& tensors) {
  const auto lengths = tensors.get<std::uint8_t>("tokenizer.lengths", "U8", {kAny});
  const auto bytes = tensors.get<std::uint8_t>("tokenizer.bytes", "U8", {kAny});
  std::vector<std::string> tokens;
  for (int byte = 0; byte < 256; ++byte) tokens.emplace_back(1, static_cast<char>(byte));
  std::size_t at = 0;
  for (const std::uint8_t length : lengths) {
    require(length >= 2 && length <= 64 && length <= bytes.size() - at,
            "a token of the model has a wrong length");
    tokens.emplace_back(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                        bytes.begin() + static_cast<std::ptrdiff_t>(at + length));
    at += length;
  }
  require(at == bytes.size() && tokens.size() <= 8192, "the model has too many tokens or bytes");

  std::unordered_map<std::string, std::size_t> ids;
  for (const std::string& token : tokens) {
    bool made = token.size() == 1;
    for (std::size_t cut = 1; !made && cut < token.size(); ++cut)
      made = ids.count(token.substr(0, cut)) == 1 && ids.count(token.substr(cut)) == 1;
    require(made, "a token of the model is not made of two before it");
    require(ids.emplace(token, ids.size()).second, "two tokens of the model are the same");
  }
  return tokens;
}

// Returns the split of the subtree, 0 if it is a leaf.
std::uint32_t read_tree(Model& model, const std::vector<std::uint16_t>& splits, std::size_t& next,
                        std::uint32_t low, std::uint32_t high, int depth) {
  if (high - low == 1) return 0;
  require(next < splits.size() && depth < 64, "the model's code tree is too short or too deep");
  const std::uint32_t split = splits[next++];
  require(low < split && split < high, "the model's code tree has a split outside its range");
  const std::uint32_t zero = read_tree(model, splits, next, low, split, depth + 1);
  const std::uint32_t one = read_tree(model, splits, next, split, high, depth + 1);
  model.children[split] = {zero, one};
  return split;
}

void read_code(Model& model, Tensors& tensors) {
  const std::size_t size = model.tokens.size();
  model.order = tensors.get<std::uint16_t>("code.order", "U16", {size});
  std::vector<std::uint16_t> sorted = model.order;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < size; ++i)
    require(sorted[i] == i, "the model's code order is not a permutation");
  const auto splits = tensors.get<std::uint16_t>("code.splits", "U16", {size - 1});
  model.children.resize(size);
  std::size_t next = 0;
  model.root = read_tree(model, splits, next, 0, static_cast<std::uint32_t>(size), 0);
}

void read_prior(Model& model, Tensors& tensors) {
  const auto order0 = tensors.get<std::uint32_t>("prior.order0", "U32", {model.tokens.size()});
  model.order0_below.push_back(0);
  for (const std::uint32_t p : order0) {
    require(p != 0, "the model's prior gives a token the probability 0");
    model.order0_below.push_back(model.order0_below.back() + p);
  }
  require(model.order0_below.back() <= std::uint64_t{1} << 32, "the model's prior exceeds 1");
  for (std::size_t k = 1; k <= kMaxPriorOrder; ++k) {
    const std::string prefix = "prior." + std::to_string(k) + ".";
    if (!tensors.has(prefix + "index")) break;
    PriorOrder order;
    order.index = tensors.get<std::uint32_t>(prefix + "index", "U32", {kAny});
    order.cells = tensors.get<std::uint16_t>(prefix + "cells", "U16", {kAny});
    while (order.buckets_log2 < 24 &&
           order.index.size() > (std::size_t{1} << order.buckets_log2) + 1)
      ++order.buckets_log2;
    require(order.index.size() == (std::size_t{1} << order.buckets_log2) + 1,
            "the model's prior has an index of a wrong size");
    model.orders.push_back(std::move(order));
  }
}

std::vector<std::int32_t> read_weights(Tensors& tensors, const std::string& name,
                                       const std::vector<std::uint64_t>& shape) {
  std::vector<std::int32_t> weights;
  for (const std::int16_t stored : tensors.get<std::int16_t>(name, "I16", shape))
    weights.push_back(std::min(std::max(16 * stored, -kMaxWeight), kMaxWeight));
  return weights;
}

TrainedState read_state(Tensors& tensors, const std::string& prefix, const Profile& profile) {
  static const std::array<std::string, 2> kMixers{"candidate.", "tree."};
  TrainedState state;
  for (std::size_t m = 0; m < 2; ++m) {
    std::size_t sets = 0;
    for (std::size_t j = 0; j < profile.selectors; ++j) sets += kSelectorSets[m][j];
    const std::string mixer = prefix + kMixers[m];
    state.weights[m] = read_weights(tensors, mixer + "weights", {sets, input_count(profile)});
    state.final_weights[m] =
        read_weights(tensors, mixer + "final_weights", {kFinalSets[m], kFinalInputs});
  }
  state.list_maps =
      tensors.get<std::uint32_t>(prefix + "list_maps", "U32", {profile.lists, kListMaps});
  state.match_maps = tensors.get<std::uint32_t>(prefix + "match_maps", "U32", {2, kMatchMaps});
  return state;
}

TrainedStates read_states(Tensors& tensors, const std::string& prefix, bool with_network) {
  TrainedStates states;
  for (std::size_t p = 0; p < states.size(); ++p)
    if (!with_network || kProfiles[p].network)
      states[p] = read_state(tensors, prefix + std::to_string(p) + ".", kProfiles[p]);
  return states;
}

}  // namespace

Model parse_model(const Bytes& file) {
  const Safetensors parsed = parse_safetensors(file);
  const auto format = parsed.metadata.find("format");
  require(format != parsed.metadata.end(), "the model states no format");
  require(format->second == kModelFormat,
          "the model is of format " + format->second + ", not " + kModelFormat);
  Tensors tensors(parsed);
  Model model;
  model.hash = content_hash(parsed);
  model.tokens = read_tokens(tensors);
  read_code(model, tensors);
  read_prior(model, tensors);
  model.states = read_states(tensors, "state.", false);
  if (tensors.has("network.config")) {
    model.network.emplace(tensors, model);
    model.network_states = read_states(tensors, "state.network.", true);
  }
  if (tensors.has("recurrent.config")) model.recurrent.emplace(tensors, model.tokens.size());
  if (tensors.has("llm.config")) model.language.emplace(tensors);
  tensors.require_all_used();
  const auto stated = parsed.metadata.find("content_hash");
  require(stated != parsed.metadata.end(), "the model states no hash of its content");
  require(
      stated->second == hexadecimal(model.hash),
      "the model's content has the hash " + hexadecimal(model.hash) + ", but it states another");
  return model;
}

}  // namespace reference
