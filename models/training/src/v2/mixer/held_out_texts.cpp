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

constexpr std::size_t kPeriod = Corpus::kHeldOutPeriod;

}  // namespace

Result<std::vector<MixerText>> held_out_texts(const Corpus& corpus, const Tokenizer& tokenizer,
                                              std::span<const std::uint16_t> ranks,
                                              std::uint64_t bytes) {
  Random random;
  std::vector<MixerText> texts;
  std::vector<TokenId> tokens;
  for (const Corpus::Source& source : corpus.sources()) {
    std::uint64_t taken = 0;
    MixerText text;
    std::size_t wanted = 0;
    for (std::size_t d = kPeriod - 1; d < source.documents() && taken < bytes; d += kPeriod) {
      const auto document = source.document(d);
      tokens.clear();
      CZIP_TRY(tokenizer.encode(document, tokens));
      taken += document.size();
      text.bytes += document.size();
      for (const TokenId token : tokens) text.ranks.push_back(ranks[token]);
      if (text.ranks.size() < wanted) continue;
      texts.push_back(std::exchange(text, {}));
      wanted = std::size_t{100} << random.below(11);
    }
    if (!text.ranks.empty()) texts.push_back(std::move(text));
  }
  for (std::size_t i = texts.size(); i > 1; --i) {
    std::swap(texts[i - 1], texts[random.below(static_cast<std::uint32_t>(i))]);
  }
  if (texts.empty()) {
    return fail(ErrorCode::invalid_argument,
                "training needs a source of at least " + std::to_string(kPeriod) + " documents");
  }
  return texts;
}

}  // namespace czip::v2::training
