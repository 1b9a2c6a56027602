#include "support/v2_random_model.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "czip/codec/v2/coding/code_tree.hpp"
#include "czip/codec/v2/coding/profile.hpp"
#include "czip/codec/v2/coding/token_groups.hpp"
#include "czip/codec/v2/coding/trained_state.hpp"
#include "czip/codec/v2/model/format.hpp"
#include "czip/tokenizer/v2/tokenizer.hpp"
#include "support/prior_tables.hpp"
#include "support/results.hpp"
#include "support/safetensors_writer.hpp"
#include "support/splitmix64.hpp"
#include "support/v2_language_model.hpp"
#include "support/v2_random_language_model.hpp"
#include "support/v2_seeded_network.hpp"
#include "support/v2_seeded_recurrent.hpp"
#include "support/v2_tiny_model.hpp"

namespace czip::test {
namespace {

constexpr std::uint32_t kDeep = 30;  // below this, nodes halve their ranks

template <class T>
const T& any_of(const std::vector<T>& values, SplitMix64& random) {
  const auto at = random.between(0, static_cast<std::int32_t>(values.size()) - 1);
  return values[static_cast<std::size_t>(at)];
}

class ModelBuilder {
 public:
  explicit ModelBuilder(const RandomModelV2& recipe) : recipe_(&recipe), random_(recipe.seed) {}

  Bytes build() {
    content_.metadata = {{std::string(v2::kFormatKey), std::string(v2::kModelFormat)},
                         {std::string(v2::kNameKey), "random " + std::to_string(recipe_->seed)}};
    add_tokens();
    add_code();
    add_prior();
    for (std::size_t p = 0; p < v2::kProfiles.size(); ++p) add_state(v2::kStatePrefix, p);
    if (recipe_->network) add_network();
    if (recipe_->recurrent) add_recurrent();
    if (recipe_->language_model) add_all(make_random_language_model_v2(random_.next()));
    return write_model_v2(content_);
  }

 private:
  template <class T>
  void add(std::string name, std::vector<std::uint64_t> shape, const std::vector<T>& values) {
    content_.tensors.push_back(make_tensor<T>(std::move(name), std::move(shape), values));
  }
  template <class T>
  void add(std::string name, const std::vector<T>& values) {
    add<T>(std::move(name), {values.size()}, values);
  }
  void add_all(SafetensorsContent other) {
    std::move(other.tensors.begin(), other.tensors.end(), std::back_inserter(content_.tensors));
  }

  // Merged from what texts are made of, and from each other.
  void add_tokens() {
    std::vector<std::string> parts;
    for (const char c : std::string(" etaoinshrdlucm01,.\n=({")) parts.emplace_back(1, c);
    std::set<std::string> known;
    std::vector<std::uint8_t> lengths;
    std::vector<std::uint8_t> bytes;
    while (lengths.size() < recipe_->merged_tokens) {
      // One after the other: compilers differ in the order of operands.
      const std::string first = any_of(parts, random_);
      const std::string token = first + any_of(parts, random_);
      if (token.size() > v2::Tokenizer::kMaxTokenBytes || !known.insert(token).second) continue;
      lengths.push_back(static_cast<std::uint8_t>(token.size()));
      bytes.insert(bytes.end(), token.begin(), token.end());
      parts.push_back(token);
    }
    size_ = static_cast<std::uint32_t>(v2::Tokenizer::kSingleBytes + lengths.size());
    add<std::uint8_t>(std::string(v2::kTokenLengthsTensor), lengths);
    add<std::uint8_t>(std::string(v2::kTokenBytesTensor), bytes);
  }

  void add_code() {
    for (std::uint32_t i = 0; i < size_; ++i) order_.push_back(static_cast<std::uint16_t>(i));
    for (std::size_t i = order_.size() - 1; i > 0; --i)
      std::swap(order_[i],
                order_[static_cast<std::size_t>(random_.between(0, static_cast<std::int32_t>(i)))]);
    split(0, size_, 0);
    add<std::uint16_t>(std::string(v2::kCodeOrderTensor), order_);
    add<std::uint16_t>(std::string(v2::kCodeSplitsTensor), splits_);
  }
  void split(std::uint32_t low, std::uint32_t high, std::uint32_t depth) {
    if (high - low == 1) return;
    const auto at = static_cast<std::uint32_t>(
        depth < kDeep ? random_.between(static_cast<std::int32_t>(low) + 1,
                                        static_cast<std::int32_t>(high) - 1)
                      : static_cast<std::int32_t>((low + high) / 2));
    splits_.push_back(static_cast<std::uint16_t>(at));
    split(low, at, depth + 1);
    split(at, high, depth + 1);
  }

  void add_prior() {
    std::vector<std::uint32_t> order0(size_);
    const auto most = static_cast<std::int32_t>((std::uint64_t{1} << 32) / size_ - 1);
    for (std::uint32_t& p : order0) p = static_cast<std::uint32_t>(random_.between(1, most));
    add<std::uint32_t>(v2::prior_order0_tensor(), order0);
    for (std::uint32_t k = 1; k <= recipe_->prior_orders; ++k) {
      std::vector<std::uint32_t> index{0};
      std::vector<std::uint16_t> cells;
      const std::int32_t buckets = 1 << random_.between(0, 3);
      for (std::int32_t bucket = 0; bucket < buckets; ++bucket) {
        // Of 256 fingerprints, about a quarter is found.
        for (std::int32_t lists = random_.between(0, 120); lists > 0; --lists) add_list(cells);
        index.push_back(static_cast<std::uint32_t>(cells.size()));
      }
      add<std::uint32_t>(v2::prior_index_tensor(k), index);
      add<std::uint16_t>(v2::prior_cells_tensor(k), cells);
    }
  }
  // One in eight has its ranks in any order, of which some are none; and any of them twice.
  void add_list(std::vector<std::uint16_t>& cells) {
    const auto entries = static_cast<std::uint32_t>(
        random_.between(0, 19) == 0 ? random_.between(25, 40) : random_.between(1, 6));
    const auto fingerprint = static_cast<std::uint32_t>(random_.between(0, 255));
    const auto scale = static_cast<std::uint32_t>(random_.between(0, 7));
    cells.push_back(prior_header(fingerprint, std::min(entries, v2::kLongList), scale));
    if (entries >= v2::kLongList) cells.push_back(static_cast<std::uint16_t>(entries));
    const bool hostile = random_.between(0, 7) == 0;
    std::vector<std::uint32_t> ranks;
    const auto most = static_cast<std::int32_t>(hostile ? v2::kMaxPriorRanks : size_) - 1;
    for (std::uint32_t j = 0; j < entries; ++j)
      ranks.push_back(static_cast<std::uint32_t>(random_.between(0, most)));
    if (!hostile) std::sort(ranks.begin(), ranks.end());
    for (const std::uint32_t rank : ranks)
      cells.push_back(prior_entry(rank, static_cast<std::uint32_t>(random_.between(0, 7))));
  }

  // Rows of a few kinds, so that the file is as good as small in an archive or a repository.
  std::vector<std::int16_t> weights(const std::vector<std::int32_t>& initial, std::size_t columns) {
    constexpr std::size_t kKinds = 8;
    std::vector<std::int16_t> noise(kKinds * columns);
    for (std::int16_t& x : noise) x = static_cast<std::int16_t>(random_.between(-150, 150));
    std::vector<std::int16_t> stored;
    for (std::size_t i = 0; i < initial.size(); ++i) {
      const std::size_t kind = i / columns % kKinds;
      const auto middle = static_cast<std::int16_t>(initial[i] >> v2::kStoredWeightShift);
      stored.push_back(static_cast<std::int16_t>(middle + noise[kind * columns + i % columns]));
    }
    return stored;
  }
  std::vector<std::uint32_t> maps(std::uint32_t least, std::uint32_t most, std::size_t size) {
    std::vector<std::uint32_t> kinds(16);
    for (std::uint32_t& map : kinds) {
      const std::int32_t probability =
          random_.between(static_cast<std::int32_t>(least), static_cast<std::int32_t>(most));
      const std::int32_t count = random_.between(0, 1023) & random_.between(0, 1023);
      map = static_cast<std::uint32_t>(probability) << 10 | static_cast<std::uint32_t>(count);
    }
    std::vector<std::uint32_t> values(size);
    for (std::size_t i = 0; i < size; ++i) values[i] = kinds[i % kinds.size()];
    return values;
  }

  void add_state(std::string_view prefix, std::size_t number) {
    const v2::Profile& profile = v2::kProfiles[number];
    const auto initial = v2::TrainedState::initial(profile);
    const v2::StateTensors names = v2::state_tensors(prefix, number);
    const std::size_t inputs = v2::InputLayout(profile).total;
    for (std::size_t m = 0; m < v2::kMixers; ++m) {
      add<std::int16_t>(names.weights[m], {v2::weight_sets(m, profile.selectors), inputs},
                        weights(initial.weights[m], inputs));
      add<std::int16_t>(names.final_weights[m], {v2::kFinalWeightSets[m], v2::kInputGroup},
                        weights(initial.final_weights[m], v2::kInputGroup));
    }
    add<std::uint32_t>(names.list_maps, {profile.lists, v2::kSuccessorStates},
                       maps(1 << 20, 3 << 20, initial.list_maps.size()));
    add<std::uint32_t>(names.match_maps, {v2::kMatchInputs, v2::kMatchStates},
                       maps(5 << 19, (1 << 22) - 1, initial.match_maps.size()));
  }

  void add_network() {
    SeededNetworkV2Options options;
    v2::NetworkConfig& config = options.config;
    config = {.vocabulary = size_,
              .d_model = static_cast<std::uint32_t>(16 * random_.between(1, 3)),
              .layers = static_cast<std::uint32_t>(random_.between(1, 2)),
              .heads = 2,
              .kv_heads = static_cast<std::uint32_t>(random_.between(1, 2)),
              .head_dim = 16,
              .d_ff = static_cast<std::uint32_t>(16 * random_.between(1, 4)),
              .window = static_cast<std::uint32_t>(16 * random_.between(1, 2)),
              .bigram_buckets = random_.between(0, 1) == 0 ? 0u : 32u,
              .gated = static_cast<std::uint32_t>(random_.between(0, 1)),
              .tied = static_cast<std::uint32_t>(random_.between(0, 1)),
              .embedding_shift = static_cast<std::uint32_t>(random_.between(0, 5)),
              .group_size = static_cast<std::uint32_t>(1 << random_.between(0, 9))};
    if (recipe_->group_size != 0) config.group_size = recipe_->group_size;
    const auto tree = v2::CodeTree::create(order_, splits_).value();
    options.groups = v2::TokenGroups(tree, config.group_size).size();
    options.seed = random_.next();
    options.extreme = random_.between(0, 7) == 0;
    add_all(make_seeded_network_v2(options));
    for (std::size_t p = v2::kFirstNetworkProfile; p < v2::kProfiles.size(); ++p)
      add_state(v2::kNetworkStatePrefix, p);
  }
  void add_recurrent() {
    SeededRecurrentV2Options options;
    options.config.vocabulary = size_;
    options.seed = random_.next();
    add_all(make_seeded_recurrent_v2(options));
  }

  const RandomModelV2* recipe_;
  SplitMix64 random_;
  SafetensorsContent content_;
  std::uint32_t size_ = 0;
  std::vector<std::uint16_t> order_;
  std::vector<std::uint16_t> splits_;
};

}  // namespace

Bytes make_random_model_v2(const RandomModelV2& recipe) {
  Bytes model = ModelBuilder(recipe).build();
  if (!recipe.language_model || recipe.prior_bytes == 0) return model;
  const v2::Model parsed = value_of(v2::Model::parse(model));
  return with_prior_of_text_v2(model,
                               text_of_language_model(parsed, recipe.prior_bytes, recipe.seed));
}

RandomModelV2 random_model_recipe_v2(std::uint64_t seed) {
  SplitMix64 random(seed);
  const auto draw = [&](std::int32_t most) {
    return static_cast<std::uint32_t>(random.between(0, most));
  };
  return {.seed = seed,
          .merged_tokens = draw(300),
          .prior_orders = draw(v2::kMaxPriorOrder),
          .network = draw(2) != 0,
          .recurrent = draw(2) != 0,
          .language_model = draw(2) != 0,
          .prior_bytes = draw(1) * draw(3000)};
}

}  // namespace czip::test
