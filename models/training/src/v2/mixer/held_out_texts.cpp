#include "v2/mixer/held_out_texts.hpp"

#include <string>
#include <utility>

namespace czip::v2::training {
namespace {

// A fixed generator (Knuth's MMIX), because training must be the same everywhere.
class Random {
 public:
  std::uint32_t below(std::uint32_t bound) {
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    return static_cast<std::uint32_t>((state_ >> 32) * bound >> 32);
  }

 private:
  std::uint64_t state_ = 1;
};

// Gathers documents into texts of different lengths.
class TextGatherer {
 public:
  TextGatherer(const Tokenizer& tokenizer, std::span<const std::uint16_t> ranks, bool lone)
      : tokenizer_(&tokenizer), ranks_(ranks), lone_(lone) {}

  Status add(std::span<const std::uint8_t> document) {
    tokens_.clear();
    CZIP_TRY(tokenizer_->encode(document, tokens_));
    text_.bytes += document.size();
    for (const TokenId token : tokens_) text_.ranks.push_back(ranks_[token]);
    if (text_.ranks.size() < wanted_) return {};
    texts_.push_back(std::exchange(text_, {}));
    if (!lone_) wanted_ = std::size_t{100} << random_.below(11);
    return {};
  }

  void end_source() {
    if (!text_.ranks.empty()) texts_.push_back(std::exchange(text_, {}));
    wanted_ = 0;
  }

  [[nodiscard]] bool empty() const { return texts_.empty(); }

  std::vector<MixerText> shuffled() && {
    for (std::size_t i = texts_.size(); i > 1; --i) {
      std::swap(texts_[i - 1], texts_[random_.below(static_cast<std::uint32_t>(i))]);
    }
    return std::move(texts_);
  }

 private:
  const Tokenizer* tokenizer_;
  std::span<const std::uint16_t> ranks_;
  bool lone_;
  Random random_;
  std::vector<TokenId> tokens_;
  MixerText text_;
  std::size_t wanted_ = 0;  // the text's least number of tokens
  std::vector<MixerText> texts_;
};

// Adds every `period`-th document of each source.
Status gather(const Corpus& corpus, std::size_t period, std::uint64_t bytes, TextGatherer& texts) {
  for (const Corpus::Source& source : corpus.sources()) {
    std::uint64_t taken = 0;
    for (std::size_t d = period - 1; d < source.documents() && taken < bytes; d += period) {
      const auto document = source.document(d);
      taken += document.size();
      CZIP_TRY(texts.add(document));
    }
    texts.end_source();
  }
  return {};
}

}  // namespace

Result<std::vector<MixerText>> held_out_texts(const Corpus& corpus, const Tokenizer& tokenizer,
                                              std::span<const std::uint16_t> ranks,
                                              std::uint64_t bytes, bool lone) {
  TextGatherer texts(tokenizer, ranks, lone);
  CZIP_TRY(gather(corpus, Corpus::kHeldOutPeriod, bytes, texts));
  // No source is long enough to hold out a document. All of so short a text must do for both.
  if (texts.empty()) CZIP_TRY(gather(corpus, 1, bytes, texts));
  if (texts.empty()) return fail(ErrorCode::invalid_argument, "there is no text to train on");
  return std::move(texts).shuffled();
}

}  // namespace czip::v2::training
