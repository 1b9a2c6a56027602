#include <algorithm>
#include <cmath>
#include <new>
#include <numeric>
#include <thread>

#include "czip/codec/training.hpp"
#include "czip/tokenizer/byte_pair_training.hpp"
#include "training/mixer_trainer.hpp"
#include "training/model_writer.hpp"
#include "training/prior_trainer.hpp"

namespace czip::v2 {
namespace {

// One document in so many is held back from the prior.
constexpr std::size_t kHeldBack = 24;
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
std::vector<std::uint16_t> alphabetic_order(const ByteTokenizer& tokenizer) {
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

// A fixed generator: training must be the same everywhere.
class Random {
 public:
  std::uint32_t below(std::uint32_t bound) {
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    return static_cast<std::uint32_t>((state_ >> 32) * bound >> 32);
  }

 private:
  std::uint64_t state_ = 1;
};

}  // namespace

struct Trainer::State {
  struct Document {
    std::size_t begin;
    std::size_t size;
  };
  struct Source {
    std::vector<std::uint8_t> text;
    std::vector<Document> documents;
  };

  TrainingOptions options;
  std::vector<Source> sources;

  void report(const TrainingProgress& progress) const {
    if (options.progress) options.progress(progress);
  }
  [[nodiscard]] unsigned threads() const {
    return options.threads != 0 ? options.threads
                                : std::max(1u, std::thread::hardware_concurrency());
  }
  Result<ByteTokenizer> train_tokenizer();
  Result<std::vector<std::uint16_t>> tokenize(const ByteTokenizer& tokenizer,
                                              std::span<const std::uint16_t> ranks);
  Result<std::vector<std::vector<std::uint16_t>>> held_back_texts(
      const ByteTokenizer& tokenizer, std::span<const std::uint16_t> ranks) const;
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
    State::Source& source = state_->sources.back();
    source.documents.push_back({source.text.size(), text.size()});
    source.text.insert(source.text.end(), text.begin(), text.end());
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory for the corpus");
  }
  return {};
}

// From each source, blocks evenly spread over it.
Result<ByteTokenizer> Trainer::State::train_tokenizer() {
  BytePairTrainer trainer;
  std::uint64_t done = 0;
  for (const Source& source : sources) {
    report({.stage = "tokenizer", .done = done++, .total = sources.size()});
    const std::span<const std::uint8_t> text(source.text);
    const std::size_t stride =
        std::max<std::size_t>(1, text.size() / std::max<std::uint64_t>(1, options.tokenizer_bytes));
    for (std::size_t at = 0; at < text.size(); at += stride * kSampleBytes) {
      const auto block = text.subspan(at, std::min(kSampleBytes, text.size() - at));
      if (auto status = trainer.add(block); !status) return tl::unexpected(status.error());
    }
  }
  auto tokens = trainer.train(options.vocabulary_size);
  if (!tokens) return tl::unexpected(tokens.error());
  return ByteTokenizer::create(*tokens);
}

Result<std::vector<std::uint16_t>> Trainer::State::tokenize(const ByteTokenizer& tokenizer,
                                                            std::span<const std::uint16_t> ranks) {
  std::vector<std::uint16_t> corpus;
  std::vector<TokenId> tokens;
  std::uint64_t done = 0;
  for (const Source& source : sources) {
    report({.stage = "tokens", .done = done++, .total = sources.size()});
    for (std::size_t d = 0; d < source.documents.size(); ++d) {
      if (d % kHeldBack == kHeldBack - 1) continue;
      const Document& document = source.documents[d];
      tokens.clear();
      const auto text = std::span(source.text).subspan(document.begin, document.size);
      if (auto status = tokenizer.encode(text, tokens); !status) {
        return tl::unexpected(status.error());
      }
      for (const TokenId token : tokens) corpus.push_back(ranks[token]);
      corpus.push_back(static_cast<std::uint16_t>(kNoToken));
    }
  }
  return corpus;
}

// The documents held back, joined to texts of many lengths, in random order.
Result<std::vector<std::vector<std::uint16_t>>> Trainer::State::held_back_texts(
    const ByteTokenizer& tokenizer, std::span<const std::uint16_t> ranks) const {
  Random random;
  std::vector<std::vector<std::uint16_t>> texts;
  std::vector<TokenId> tokens;
  for (const Source& source : sources) {
    std::uint64_t bytes = 0;
    std::vector<std::uint16_t> text;
    std::size_t wanted = 0;
    for (std::size_t d = kHeldBack - 1; d < source.documents.size() && bytes < options.mixer_bytes;
         d += kHeldBack) {
      const Document& document = source.documents[d];
      tokens.clear();
      const auto bytes_of_document = std::span(source.text).subspan(document.begin, document.size);
      if (auto status = tokenizer.encode(bytes_of_document, tokens); !status) {
        return tl::unexpected(status.error());
      }
      bytes += document.size;
      for (const TokenId token : tokens) text.push_back(ranks[token]);
      if (text.size() < wanted) continue;
      texts.push_back(std::move(text));
      text.clear();
      wanted = std::size_t{100} << random.below(11);
    }
    if (!text.empty()) texts.push_back(std::move(text));
  }
  for (std::size_t i = texts.size(); i > 1; --i) {
    std::swap(texts[i - 1], texts[random.below(static_cast<std::uint32_t>(i))]);
  }
  return texts;
}

Result<std::vector<std::uint8_t>> Trainer::State::train() {
  if (options.vocabulary_size <= ByteTokenizer::kSingleBytes ||
      options.vocabulary_size > kMaxPriorRanks) {
    return fail(ErrorCode::invalid_argument,
                "the vocabulary must have 257 to " + std::to_string(kMaxPriorRanks) + " tokens");
  }
  auto tokenizer = train_tokenizer();
  if (!tokenizer) return tl::unexpected(tokenizer.error());
  const auto order = alphabetic_order(*tokenizer);
  std::vector<std::uint16_t> ranks(order.size());
  for (std::size_t r = 0; r < order.size(); ++r) ranks[order[r]] = static_cast<std::uint16_t>(r);
  auto corpus = tokenize(*tokenizer, ranks);
  if (!corpus) return tl::unexpected(corpus.error());
  auto texts = held_back_texts(*tokenizer, ranks);
  if (!texts) return tl::unexpected(texts.error());
  if (texts->empty()) {
    return fail(ErrorCode::invalid_argument,
                "training needs a source of at least " + std::to_string(kHeldBack) + " documents");
  }
  std::array<std::size_t, kMaxPriorOrder> budgets;
  for (std::size_t k = 0; k < budgets.size(); ++k) {
    budgets[k] = static_cast<std::size_t>(options.prior_bytes * kOrderShares[k] / 1000);
  }
  TrainedPrior trained = train_prior(*corpus, static_cast<std::uint32_t>(order.size()), budgets,
                                     threads(), [&](std::uint64_t done, std::uint64_t total) {
                                       report({.stage = "prior", .done = done, .total = total});
                                     });
  corpus->clear();
  const auto squash = squash_table();
  const auto logistic = Logistic::create(squash);
  auto splits = balanced_splits(tree_weights(trained.order0));
  const auto tree = CodeTree::create(order, splits);
  if (!tree) return tl::unexpected(tree.error());
  const auto prior = Prior::create(trained.order0, trained.views());
  if (!prior) return tl::unexpected(prior.error());
  std::array<TrainedState, kProfiles.size()> states;
  for (std::size_t i = states.size(); i-- > 0;) {
    auto state = TrainedState::initial(kProfiles[i], tree->size(), *logistic);
    // The profiles share one map, which the first to be trained, the finest, has made.
    if (i + 1 < states.size()) state.apm = states.back().apm;
    states[i] = train_mixer({&*logistic, &*tree, &*prior}, *tokenizer, kProfiles[i],
                            std::move(state), *texts, [&](std::uint64_t bytes, double bits) {
                              report({.stage = "mixer",
                                      .done = bytes,
                                      .total = 0,
                                      .bits_per_byte = bits / static_cast<double>(bytes)});
                            });
  }
  states[0].apm = states.back().apm;
  return write_model({options.description, *tokenizer, order, std::move(splits), squash,
                      std::move(trained), std::move(states)});
}

Result<std::vector<std::uint8_t>> Trainer::train() {
  try {
    return state_->train();
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory to train on this corpus");
  }
}

}  // namespace czip::v2
