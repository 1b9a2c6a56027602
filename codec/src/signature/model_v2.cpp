#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "czip/base/little_endian.hpp"
#include "czip/codec/v2/coding/code_tree.hpp"
#include "czip/codec/v2/coding/prior.hpp"
#include "czip/codec/v2/coding/profile.hpp"
#include "czip/codec/v2/coding/token_groups.hpp"
#include "czip/codec/v2/coding/trained_state.hpp"
#include "czip/codec/v2/model/format.hpp"
#include "czip/codec/v2/model/identity.hpp"
#include "czip/tokenizer/v2/tokenizer.hpp"
#include "signature/models.hpp"

namespace czip::signature {
namespace {

constexpr std::array<std::string_view, 12> kSyllables{"ba", "ce", "di", "fo", "gu", "la",
                                                      "me", "ni", "so", "tu", "ra", "ve"};

// Single bytes, syllables, syllables after a space, pairs of syllables, pairs after a space.
std::vector<std::string> make_tokens() {
  std::vector<std::string> tokens;
  for (std::size_t byte = 0; byte < v2::Tokenizer::kSingleBytes; ++byte)
    tokens.emplace_back(1, static_cast<char>(byte));
  const auto add = [&tokens](std::string_view first, std::string_view second,
                             std::string_view third) {
    std::string token(first);
    token.append(second).append(third);
    tokens.push_back(std::move(token));
  };
  for (const std::string_view before : {"", " "})
    for (const std::string_view syllable : kSyllables) add(before, syllable, "");
  for (const std::string_view before : {"", " "})
    for (const std::string_view first : kSyllables)
      for (const std::string_view second : kSyllables) add(before, first, second);
  return tokens;
}

void add_prior_order(std::size_t order, std::uint32_t ranks, Random& random, Tensors& tensors) {
  constexpr std::uint32_t kBuckets = 16;
  constexpr std::uint32_t kContexts = 64;  // of a bucket: a look-up finds one in four
  std::vector<std::uint32_t> index{0};
  std::vector<std::uint16_t> cells;
  const auto add_cell = [&](std::uint32_t cell) {
    cells.push_back(static_cast<std::uint16_t>(cell));
  };
  for (std::uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    for (std::uint32_t context = 0; context < kContexts; ++context) {
      const std::uint32_t length = 1 + random.below(context % 8 == 0 ? 60 : 8);
      const std::uint32_t scale = random.below(v2::kPriorScales);
      add_cell(v2::pack_prior_header({.fingerprint = random.below(256),
                                      .length = std::min(length, v2::kLongList),
                                      .scale = scale}));
      if (length >= v2::kLongList) add_cell(length);
      std::uint32_t rank = random.below(4);
      for (std::uint32_t i = 0; i < length; ++i) {
        add_cell(v2::pack_prior_entry({.rank = rank, .level = random.below(v2::kPriorLevels)}));
        rank += 1 + random.below(ranks / 64);
      }
    }
    index.push_back(static_cast<std::uint32_t>(cells.size()));
  }
  tensors.push_back(safetensors::make_tensor<std::uint32_t>(v2::prior_index_tensor(order),
                                                            {index.size()}, index));
  tensors.push_back(safetensors::make_tensor<std::uint16_t>(v2::prior_cells_tensor(order),
                                                            {cells.size()}, cells));
}

// Weights as a model stores them, a little off those of no training.
std::vector<std::int16_t> stored_weights(std::span<const std::int32_t> weights, Random& random) {
  std::vector<std::int16_t> stored;
  for (const std::int32_t weight : weights)
    stored.push_back(
        static_cast<std::int16_t>((weight >> v2::kStoredWeightShift) + random.between(-200, 200)));
  return stored;
}

void add_states(std::string_view prefix, std::size_t first, Random& random, Tensors& tensors) {
  for (std::size_t i = first; i < v2::kProfiles.size(); ++i) {
    const v2::Profile& profile = v2::kProfiles[i];
    const auto state = v2::TrainedState::initial(profile);
    const v2::StateTensors names = v2::state_tensors(prefix, i);
    for (std::size_t m = 0; m < v2::kMixers; ++m) {
      const auto weights = stored_weights(state.weights[m], random);
      const auto final_weights = stored_weights(state.final_weights[m], random);
      tensors.push_back(safetensors::make_tensor<std::int16_t>(
          names.weights[m], {v2::weight_sets(m, profile.selectors), v2::InputLayout(profile).total},
          weights));
      tensors.push_back(safetensors::make_tensor<std::int16_t>(
          names.final_weights[m], {v2::kFinalWeightSets[m], v2::kInputGroup}, final_weights));
    }
    tensors.push_back(safetensors::make_tensor<std::uint32_t>(
        names.list_maps, {profile.lists, v2::kSuccessorStates}, state.list_maps));
    tensors.push_back(safetensors::make_tensor<std::uint32_t>(
        names.match_maps, {v2::kMatchInputs, v2::kMatchStates}, state.match_maps));
  }
}

v2::NetworkConfig network_config(std::uint32_t vocabulary) {
  return {.vocabulary = vocabulary,
          .d_model = 32,
          .layers = 2,
          .heads = 2,
          .kv_heads = 1,
          .head_dim = 16,
          .d_ff = 64,
          .window = 16,
          .bigram_buckets = 64,
          .gated = 1,
          .tied = 1,
          .embedding_shift = 4,
          .group_size = 40};
}

// Puts the parts of the code into `tensors` and gives the code's tree.
Result<v2::CodeTree> add_code(std::uint32_t vocabulary, Random& random, Tensors& tensors) {
  std::vector<std::uint16_t> order(vocabulary);
  std::iota(order.begin(), order.end(), std::uint16_t{0});
  for (std::uint32_t i = vocabulary; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  const auto weights = random.vector<std::uint64_t>(vocabulary, 1, 1000);
  const auto sum = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
  std::vector<std::uint32_t> order0;
  order0.reserve(vocabulary);
  for (const std::uint64_t weight : weights)
    order0.push_back(static_cast<std::uint32_t>((weight << 32) / sum));
  const auto splits = v2::balanced_splits(weights);
  tensors.push_back(safetensors::make_tensor<std::uint16_t>(std::string(v2::kCodeOrderTensor),
                                                            {vocabulary}, order));
  tensors.push_back(safetensors::make_tensor<std::uint16_t>(std::string(v2::kCodeSplitsTensor),
                                                            {splits.size()}, splits));
  tensors.push_back(
      safetensors::make_tensor<std::uint32_t>(v2::prior_order0_tensor(), {vocabulary}, order0));
  return v2::CodeTree::create(order, splits);
}

}  // namespace

Result<std::vector<std::uint8_t>> make_model_v2(bool language_model) {
  Random random(7);
  Tensors tensors;
  CZIP_TRY_ASSIGN(const auto tokenizer, v2::Tokenizer::create(make_tokens()));
  const auto vocabulary = static_cast<std::uint32_t>(tokenizer.vocabulary_size());
  const auto lengths = tokenizer.lengths();
  const auto token_bytes = tokenizer.bytes();
  tensors.push_back(safetensors::make_tensor<std::uint8_t>(std::string(v2::kTokenLengthsTensor),
                                                           {lengths.size()}, lengths));
  tensors.push_back(safetensors::make_tensor<std::uint8_t>(std::string(v2::kTokenBytesTensor),
                                                           {token_bytes.size()}, token_bytes));
  CZIP_TRY_ASSIGN(const auto tree, add_code(vocabulary, random, tensors));
  for (std::size_t order = 1; order <= v2::kMaxPriorOrder; ++order)
    add_prior_order(order, vocabulary, random, tensors);
  add_states(v2::kStatePrefix, 0, random, tensors);
  add_states(v2::kNetworkStatePrefix, v2::kFirstNetworkProfile, random, tensors);
  const v2::NetworkConfig config = network_config(vocabulary);
  add_network_tensors(config, v2::TokenGroups(tree, config.group_size).size(), random, tensors);
  add_recurrent_tensors({.vocabulary = vocabulary, .state_width = 64, .hidden_width = 128}, random,
                        tensors);
  if (language_model) add_language_model(tensors);
  const safetensors::Metadata metadata{{std::string(v2::kFormatKey), std::string(v2::kModelFormat)},
                                       {std::string(v2::kNameKey), "signature"}};
  return v2::with_model_hash(safetensors::write(metadata, tensors));
}

std::vector<std::uint8_t> make_text(std::size_t bytes) {
  Random random(8);
  std::vector<std::uint8_t> text;
  const auto append = [&](std::string_view part) {
    text.insert(text.end(), part.begin(), part.end());
  };
  while (text.size() < bytes) {
    append(random.below(9) == 0 ? "\n" : random.below(7) == 0 ? ", " : " ");
    // Few words are frequent.
    const std::uint32_t limit = 1 + random.below(kSyllables.size());
    const std::uint32_t syllables = 1 + random.below(3);
    for (std::uint32_t i = 0; i < syllables; ++i) append(kSyllables[random.below(limit)]);
    if (random.below(16) == 0) text.push_back(static_cast<std::uint8_t>(random.below(256)));
  }
  text.resize(bytes);
  return text;
}

}  // namespace czip::signature
