#include "czip/training/v2/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <new>
#include <numeric>
#include <thread>

#include "czip/tokenizer/v2/tokenizer_trainer.hpp"
#include "v2/corpus.hpp"
#include "v2/mixer/mixer_trainer.hpp"
#include "v2/mixer/network_addition.hpp"
#include "v2/model_writer.hpp"
#include "v2/prior/prior_trainer.hpp"
#include "v2/progress.hpp"

namespace czip::v2 {
namespace {

constexpr std::size_t kSampleBytes = 65536;
// How the prior's bytes are shared out to orders 1 to 5, in thousandths.
constexpr std::array<std::uint64_t, kMaxPriorOrder> kOrderShares{90, 300, 340, 200, 70};

std::vector<std::uint16_t> squash_table() {
  std::vector<std::uint16_t> squash;
  for (std::int32_t x = -kMaxStretch; x <= kMaxStretch; ++x) {
    const double p = 65536 / (1 + std::exp(-x / 256.0));
    squash.push_back(static_cast<std::uint16_t>(std::clamp(std::lround(p), 1L, 65535L)));
  }
  return squash;
}

// The code order is that of the tokens' bytes, so that tokens that begin alike share decisions.
std::vector<std::uint16_t> alphabetic_order(const Tokenizer& tokenizer) {
  std::vector<std::uint16_t> order(tokenizer.vocabulary_size());
  std::iota(order.begin(), order.end(), std::uint16_t{0});
  std::sort(order.begin(), order.end(), [&](std::uint16_t a, std::uint16_t b) {
    return tokenizer.token(a) < tokenizer.token(b);
  });
  return order;
}

// The tree's weights: the tokens' probabilities, of which an eighth is shared out evenly, so that
// rare tokens are not coded in too many decisions.
std::vector<std::uint64_t> tree_weights(std::span<const std::uint32_t> order0) {
  std::vector<std::uint64_t> weights;
  const std::uint64_t floor = (std::uint64_t{1} << 29) / order0.size();
  for (const std::uint32_t p : order0) weights.push_back(p + floor);
  return weights;
}

// The rank of each token.
std::vector<std::uint16_t> inverse(std::span<const std::uint16_t> order) {
  std::vector<std::uint16_t> ranks(order.size());
  for (std::size_t r = 0; r < order.size(); ++r) ranks[order[r]] = static_cast<std::uint16_t>(r);
  return ranks;
}

}  // namespace

struct Trainer::State {
  TrainingOptions options;
  std::vector<Source> sources;

  void report(const TrainingProgress& progress) const {
    if (options.progress) options.progress(progress);
  }
  [[nodiscard]] unsigned threads() const {
    return options.threads != 0 ? options.threads
                                : std::max(1u, std::thread::hardware_concurrency());
  }
  Result<Tokenizer> train_tokenizer();
  Result<std::vector<std::uint16_t>> tokenize(const Tokenizer& tokenizer,
                                              std::span<const std::uint16_t> ranks);
  Result<std::vector<std::uint8_t>> train();
};

Trainer::Trainer(TrainingOptions options) : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
}
Trainer::~Trainer() = default;
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;

void Trainer::begin_source() { state_->sources.emplace_back(); }

Status Trainer::add_document(std::span<const std::uint8_t> text) {
  if (text.empty()) return {};
  try {
    if (state_->sources.empty()) begin_source();
    Source& source = state_->sources.back();
    source.documents.push_back({source.text.size(), text.size()});
    source.text.insert(source.text.end(), text.begin(), text.end());
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory for the corpus");
  }
  return {};
}

Status Trainer::for_each_document(
    const std::function<Status(std::span<const std::uint8_t>, bool)>& call) const {
  for (const Source& source : state_->sources) {
    for (std::size_t d = 0; d < source.documents.size(); ++d) {
      CZIP_TRY(call(source.document(d), is_held_out(d)));
    }
  }
  return {};
}

// From each source, blocks evenly spread over it.
Result<Tokenizer> Trainer::State::train_tokenizer() {
  TokenizerTrainer trainer;
  std::uint64_t done = 0;
  for (const Source& source : sources) {
    report({.stage = "tokenizer", .done = done++, .total = sources.size()});
    const std::span<const std::uint8_t> text(source.text);
    const std::size_t stride =
        std::max<std::size_t>(1, text.size() / std::max<std::uint64_t>(1, options.tokenizer_bytes));
    for (std::size_t at = 0; at < text.size(); at += stride * kSampleBytes) {
      const auto block = text.subspan(at, std::min(kSampleBytes, text.size() - at));
      CZIP_TRY(trainer.add(block));
    }
  }
  CZIP_TRY_ASSIGN(auto tokens, trainer.train(options.vocabulary_size));
  return Tokenizer::create(tokens);
}

Result<std::vector<std::uint16_t>> Trainer::State::tokenize(const Tokenizer& tokenizer,
                                                            std::span<const std::uint16_t> ranks) {
  std::vector<std::uint16_t> corpus;
  std::vector<TokenId> tokens;
  std::uint64_t done = 0;
  for (const Source& source : sources) {
    report({.stage = "tokens", .done = done++, .total = sources.size()});
    for (std::size_t d = 0; d < source.documents.size(); ++d) {
      if (is_held_out(d)) continue;
      tokens.clear();
      CZIP_TRY(tokenizer.encode(source.document(d), tokens));
      for (const TokenId token : tokens) corpus.push_back(ranks[token]);
      corpus.push_back(static_cast<std::uint16_t>(kNoToken));
    }
  }
  return corpus;
}

Result<std::vector<std::uint8_t>> Trainer::State::train() {
  if (options.vocabulary_size <= Tokenizer::kSingleBytes ||
      options.vocabulary_size > kMaxPriorRanks) {
    return fail(ErrorCode::invalid_argument,
                "the vocabulary must have 257 to " + std::to_string(kMaxPriorRanks) + " tokens");
  }
  CZIP_TRY_ASSIGN(auto tokenizer, train_tokenizer());
  const auto order = alphabetic_order(tokenizer);
  const auto ranks = inverse(order);
  CZIP_TRY_ASSIGN(auto corpus, tokenize(tokenizer, ranks));
  CZIP_TRY_ASSIGN(const auto texts, held_out_texts(sources, tokenizer, ranks, options.mixer_bytes));
  std::array<std::size_t, kMaxPriorOrder> budgets;
  for (std::size_t k = 0; k < budgets.size(); ++k) {
    budgets[k] = static_cast<std::size_t>(options.prior_bytes * kOrderShares[k] / 1000);
  }
  TrainedPrior trained = train_prior(corpus, static_cast<std::uint32_t>(order.size()), budgets,
                                     threads(), [&](std::uint64_t done, std::uint64_t total) {
                                       report({.stage = "prior", .done = done, .total = total});
                                     });
  corpus.clear();
  const auto squash = squash_table();
  const auto logistic = Logistic::create(squash);
  auto splits = balanced_splits(tree_weights(trained.order0));
  CZIP_TRY_ASSIGN(const auto tree, CodeTree::create(order, splits));
  CZIP_TRY_ASSIGN(const auto prior, Prior::create(trained.order0, trained.views()));
  TrainedStates states;
  for (std::size_t i = 0; i < states.size(); ++i) {
    states[i] = TrainedState::initial(kProfiles[i], tree.size(), *logistic);
  }
  states = train_mixer({&*logistic, &tree, &prior}, tokenizer, std::move(states), 0, texts,
                       ProgressReporter(options.progress, texts).mixer(""));
  return write_model({options.description, tokenizer, order, std::move(splits), squash,
                      std::move(trained), std::move(states)});
}

Result<std::vector<std::uint8_t>> Trainer::train() {
  try {
    return state_->train();
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory to train on this corpus");
  }
}

Result<std::vector<std::uint8_t>> Trainer::add_network(
    const Model& model, std::span<const std::uint8_t> network) const {
  try {
    return add_network_to(model.parts(), network, state_->sources, state_->options);
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory to train on this corpus");
  }
}

}  // namespace czip::v2
