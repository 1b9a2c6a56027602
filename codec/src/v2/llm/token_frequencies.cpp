#include "czip/codec/v2/llm/token_frequencies.hpp"

#include <algorithm>

#include "czip/engine/llm/constants.hpp"

namespace czip::v2 {

void TokenFrequencies::reset(const LanguageModel& model) {
  model_ = &model;
  cumulative_.assign(std::size_t{model.network.config().vocabulary} + 1, 0);
}

void TokenFrequencies::set(std::span<std::int32_t> logits) {
  for (const TokenId id : model_->silent) logits[id] = -llm::kBound;
  model_->network.cumulative_frequencies(logits, cumulative_);
  likeliest_count_ =
      std::min<std::size_t>(kLlmNetworkCandidates, logits.size() - model_->silent.size());
  std::array<std::int32_t, kLlmNetworkCandidates> best;
  best.fill(-llm::kBound - 1);
  likeliest_.fill(0);
  for (std::uint32_t id = 0; id < logits.size(); ++id) {
    if (logits[id] <= best.back()) continue;
    std::size_t place = best.size() - 1;
    for (; place > 0 && logits[id] > best[place - 1]; --place) {
      best[place] = best[place - 1];
      likeliest_[place] = likeliest_[place - 1];
    }
    best[place] = logits[id];
    likeliest_[place] = id;
  }
}

}  // namespace czip::v2
