#include "czip/training/v2/model_trainer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <new>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "czip/base/parallel.hpp"
#include "czip/codec/v2/coding/hash.hpp"
#include "czip/engine/v2/recurrent_network.hpp"
#include "czip/tokenizer/v2/tokenizer_trainer.hpp"
#include "czip/training/v2/recurrent_trainer.hpp"
#include "v2/mixer/held_out_texts.hpp"
#include "v2/mixer/mixer_trainer.hpp"
#include "v2/mixer/network_addition.hpp"
#include "v2/model_writer.hpp"
#include "v2/prior/prior_trainer.hpp"
#include "v2/progress.hpp"

namespace czip::v2 {
namespace training {
namespace {

constexpr std::size_t kSampleBytes = 65536;
// The fractions of the prior's bytes that orders 1 to 5 get, in thousandths.
constexpr std::array<std::uint64_t, kMaxPriorOrder> kOrderFractions{90, 300, 340, 200, 70};

Status report(const TrainingOptions& options, const TrainingProgress& progress) {
  return options.progress ? options.progress(progress) : Status{};
}

Status check_options(const TrainingOptions& options) {
  const std::uint32_t size = options.vocabulary_size;
  if (size == 0 || (size > Tokenizer::kSingleBytes && size <= kMaxPriorRanks)) return {};
  return fail(ErrorCode::invalid_argument,
              "the vocabulary must have 257 to " + std::to_string(kMaxPriorRanks) + " tokens");
}

std::uint64_t text_bytes(const Corpus& corpus) {
  std::uint64_t bytes = 0;
  for (const Corpus::Source& source : corpus.sources()) bytes += source.text().size();
  return bytes;
}

// Uses byte-pair encoding (Sennrich et al. 2016) of blocks spread evenly over each source.
Result<Tokenizer> train_tokenizer(const Corpus& corpus, const TrainingOptions& options) {
  TokenizerTrainer trainer;
  const std::uint64_t total = text_bytes(corpus);
  std::uint64_t done = 0;
  for (const Corpus::Source& source : corpus.sources()) {
    const auto text = source.text();
    const auto stride = static_cast<std::size_t>(std::max<std::uint64_t>(
        1, text.size() / std::max<std::uint64_t>(1, options.tokenizer_bytes)));
    for (std::size_t at = 0; at < text.size(); at += stride * kSampleBytes) {
      CZIP_TRY(report(options,
                      {.stage = "tokenizer", .part = "text", .done = done + at, .total = total}));
      CZIP_TRY(trainer.add(text.subspan(at, std::min(kSampleBytes, text.size() - at))));
    }
    done += text.size();
  }
  const auto merged = [&options](std::uint64_t tokens, std::uint64_t wanted) {
    return report(options, {.stage = "tokenizer",
                            .part = "merges",
                            .done = tokens,
                            .total = wanted,
                            .unit = "tokens"});
  };
  const bool any_size = options.vocabulary_size == 0;
  CZIP_TRY_ASSIGN(auto tokens, any_size ? trainer.train_at_most(kMaxPriorRanks, merged)
                                        : trainer.train(options.vocabulary_size, merged));
  return Tokenizer::create(tokens);
}

// Orders tokens by their bytes, so that tokens that begin alike share decisions.
std::vector<std::uint16_t> alphabetic_order(const Tokenizer& tokenizer) {
  std::vector<std::uint16_t> order(tokenizer.vocabulary_size());
  std::iota(order.begin(), order.end(), std::uint16_t{0});
  std::sort(order.begin(), order.end(), [&](std::uint16_t a, std::uint16_t b) {
    return tokenizer.token(a) < tokenizer.token(b);
  });
  return order;
}

// The rank of each token.
std::vector<std::uint16_t> inverse(std::span<const std::uint16_t> order) {
  std::vector<std::uint16_t> ranks(order.size());
  for (std::size_t r = 0; r < order.size(); ++r) ranks[order[r]] = static_cast<std::uint16_t>(r);
  return ranks;
}

// The ranks of all documents that are not held out, with kNoToken after each.
Result<std::vector<std::uint16_t>> tokenize(const Corpus& corpus, const TrainingOptions& options,
                                            const Tokenizer& tokenizer,
                                            std::span<const std::uint16_t> ranks) {
  std::vector<std::uint16_t> all;
  std::vector<TokenId> tokens;
  const std::uint64_t total = text_bytes(corpus);
  std::uint64_t done = 0;
  for (const Corpus::Source& source : corpus.sources()) {
    for (std::size_t d = 0; d < source.documents(); ++d) {
      CZIP_TRY(report(options, {.stage = "tokens", .done = done, .total = total}));
      done += source.document(d).size();
      if (Corpus::is_held_out(d)) continue;
      tokens.clear();
      CZIP_TRY(tokenizer.encode(source.document(d), tokens));
      for (const TokenId token : tokens) all.push_back(ranks[token]);
      all.push_back(static_cast<std::uint16_t>(kNoToken));
    }
  }
  return all;
}

// The code tree's weights: the tokens' probabilities, Q32, with an eighth of them spread evenly, so
// that rare tokens are not coded in too many decisions.
std::vector<std::uint64_t> tree_weights(std::span<const std::uint32_t> order0) {
  std::vector<std::uint64_t> weights;
  const std::uint64_t floor = (std::uint64_t{1} << 29) / order0.size();
  for (const std::uint32_t p : order0) weights.push_back(p + floor);
  return weights;
}

Result<TrainedPrior> train_prior_within(std::span<const std::uint16_t> ranks,
                                        std::uint32_t vocabulary, const TrainingOptions& options) {
  std::array<std::size_t, kMaxPriorOrder> budgets;
  for (std::size_t k = 0; k < budgets.size(); ++k)
    budgets[k] = static_cast<std::size_t>(options.prior_bytes * kOrderFractions[k] / 1000);
  return training::train_prior(
      ranks, vocabulary, budgets, thread_count(options.threads, kMaxThreads),
      [&](std::uint64_t done, std::uint64_t total) {
        return report(options, {.stage = "prior", .done = done, .total = total, .unit = "parts"});
      });
}

// A recurrent network and the file that it is in.
struct TrainedRecurrent {
  std::vector<std::uint8_t> bytes;
  safetensors::File file;
  RecurrentNetwork network;
};

// Whether a token follows another one in a document.
bool has_pairs(std::span<const std::uint16_t> ranks) {
  const auto pair = std::adjacent_find(
      ranks.begin(), ranks.end(),
      [](std::uint16_t a, std::uint16_t b) { return a != kNoToken && b != kNoToken; });
  return pair != ranks.end();
}

// nullopt: the options want none, or there is nothing to learn from.
Result<std::optional<TrainedRecurrent>> train_recurrent_network(
    std::span<const std::uint16_t> ranks, const CodeTree& tree, const TrainingOptions& options) {
  if (options.recurrent_epochs == 0 || !has_pairs(ranks)) return std::optional<TrainedRecurrent>();
  RecurrentTrainingOptions of_network;
  of_network.epochs = options.recurrent_epochs;
  of_network.threads = options.threads;
  of_network.progress = [&options](const RecurrentTrainingProgress& progress) {
    return report(options, {.stage = "recurrent network",
                            .done = progress.tokens,
                            .total = progress.total,
                            .unit = "tokens"});
  };
  CZIP_TRY_ASSIGN(auto bytes, train_recurrent(ranks, tree, of_network));
  CZIP_TRY_ASSIGN(auto file, safetensors::File::parse(bytes));
  CZIP_TRY_ASSIGN(auto network, RecurrentNetwork::create(file, best_simd_level()));
  // The vector's memory, to which the others refer, stays where it is.
  return std::optional<TrainedRecurrent>(
      TrainedRecurrent{std::move(bytes), std::move(file), std::move(network)});
}

Result<std::vector<std::uint8_t>> train(const Corpus& corpus, const TrainingOptions& options) {
  CZIP_TRY(check_options(options));
  CZIP_TRY_ASSIGN(auto tokenizer, train_tokenizer(corpus, options));
  const auto order = alphabetic_order(tokenizer);
  const auto ranks = inverse(order);
  CZIP_TRY_ASSIGN(auto tokens, tokenize(corpus, options, tokenizer, ranks));
  CZIP_TRY_ASSIGN(const auto texts, held_out_texts(corpus, tokenizer, ranks, options.mixer_bytes,
                                                   options.lone_documents));
  CZIP_TRY_ASSIGN(auto trained,
                  train_prior_within(tokens, static_cast<std::uint32_t>(order.size()), options));
  const Logistic logistic;
  auto splits = balanced_splits(tree_weights(trained.order0));
  CZIP_TRY_ASSIGN(const auto tree, CodeTree::create(order, splits));
  CZIP_TRY_ASSIGN(const auto recurrent, train_recurrent_network(tokens, tree, options));
  tokens = {};
  CZIP_TRY_ASSIGN(const auto prior, Prior::create(trained.order0, trained.views()));
  TrainedStates states;
  for (std::size_t i = 0; i < states.size(); ++i) states[i] = TrainedState::initial(kProfiles[i]);
  CZIP_TRY_ASSIGN(states,
                  train_mixer({&logistic, &tree, &prior, recurrent ? &recurrent->network : nullptr},
                              tokenizer, nullptr, std::move(states), 0, texts,
                              ProgressReporter(options.progress, texts).mixer("")));
  return write_model({options.description, tokenizer, order, std::move(splits), std::move(trained),
                      recurrent ? &recurrent->file : nullptr, std::move(states)});
}

// Calls `train`, and reports it as an error when memory runs out.
template <class Train>
Result<std::vector<std::uint8_t>> with_memory_checked(const Train& train) try {
  return train();
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to train on this corpus");
}

}  // namespace
}  // namespace training

Result<std::vector<std::uint8_t>> train_model(const Corpus& corpus,
                                              const TrainingOptions& options) {
  return training::with_memory_checked([&] { return training::train(corpus, options); });
}

Status check_network(const Model& model, std::span<const std::uint8_t> network) try {
  return training::check_network_of(model.parts(), network);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory for the network");
}

Result<std::vector<std::uint8_t>> add_network(const Model& model,
                                              std::span<const std::uint8_t> network,
                                              const Corpus& corpus,
                                              const TrainingOptions& options) {
  return training::with_memory_checked(
      [&] { return training::add_network_to(model.parts(), network, corpus, options); });
}

}  // namespace czip::v2
