// Predicts the bits of a language model's tokens: first, whether the token is one of a few
// candidates, one after another; then, a search over the ids. The language model's probabilities
// are refined by what the block had before (contexts, match, uses) and mixed
// (conformance/czip-v2-llm-coding.md).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/codec/v2/coding/mixer.hpp"
#include "czip/codec/v2/llm/constants.hpp"
#include "czip/codec/v2/llm/llm_stream.hpp"
#include "czip/codec/v2/llm/refined_probability.hpp"
#include "czip/codec/v2/llm/token_contexts.hpp"
#include "czip/codec/v2/llm/token_frequencies.hpp"
#include "czip/codec/v2/llm/token_match.hpp"
#include "czip/codec/v2/model/language_model.hpp"
#include "czip/engine/simd.hpp"
#include "czip/engine/v2/logistic.hpp"

namespace czip::v2 {

class LlmPredictor {
 public:
  // Must be reset before it is used.
  explicit LlmPredictor(SimdLevel simd) : candidate_mixer_(simd), tree_mixer_(simd) {}

  // Begins a block of so many bytes of text and about so many tokens, after the model's prior: the
  // block's first position is the number of its tokens. `model` and `logistic` must outlive the
  // block. May throw std::bad_alloc.
  void reset(const LanguageModel& model, const Logistic& logistic, std::uint64_t text_bytes,
             std::size_t tokens);
  // What it allocates for such a block.
  static std::uint64_t bytes(const LanguageModel& model, std::uint64_t text_bytes);

  // Begins the stream's next token with the network's logits of it, [V], which are changed.
  void begin_token(LlmStream& stream, std::span<std::int32_t> logits);
  // Whether the token is known: it is token().
  [[nodiscard]] bool decided() const { return high_ - low_ == 1; }
  [[nodiscard]] std::uint32_t token() const { return low_; }
  // The bit that leads to a token.
  [[nodiscard]] bool bit(std::uint32_t token) const {
    return asks_candidate() ? token == candidates_[asked_] : token >= split_;
  }
  // Probability of a 1, Q22, 1..kMaxProbability.
  std::uint32_t predict();
  // Learns the bit that predict() was for, and goes to the next decision.
  void update(bool bit);
  // Learns the token and appends it to the stream.
  void end_token();

  // To look on: what the decision is, and what the last predict() was made of.
  [[nodiscard]] bool asks_candidate() const { return asked_ < candidate_count_; }
  [[nodiscard]] std::span<const std::uint32_t> candidates() const {
    return std::span(candidates_).first(candidate_count_);
  }
  // Of each candidate of a token that has begun, the probability that it is the token if none
  // before it is, Q22. Learns nothing.
  [[nodiscard]] std::array<std::uint32_t, kLlmMaxCandidates> candidate_probabilities();
  [[nodiscard]] std::uint32_t expected() const { return expected_; }  // or kNoLlmToken
  // The ids of the search that are still possible, and where it divides them.
  [[nodiscard]] std::array<std::uint32_t, 3> node() const { return {low_, split_, high_}; }
  [[nodiscard]] const Mixer& mixer() const {
    return asks_candidate() ? candidate_mixer_ : tree_mixer_;
  }

 private:
  void learn_prior();
  // Adds the stream's next token to what the block remembers.
  void remember(LlmStream& stream, std::uint32_t token);
  void find_candidates();
  void propose(std::uint32_t token, std::uint64_t share);
  std::uint32_t predict_candidate();
  std::uint32_t predict_side();
  // Frequencies and number of ids, without those of the candidates, which were ruled out.
  [[nodiscard]] std::uint64_t frequency_left(std::uint32_t low, std::uint32_t high) const;
  [[nodiscard]] std::uint32_t tokens_left(std::uint32_t low, std::uint32_t high) const;
  // Goes to the next node whose both sides can be, or to the token.
  void descend();

  const LanguageModel* model_ = nullptr;
  const Logistic* logistic_ = nullptr;
  TokenFrequencies frequencies_;
  KnownTokens known_;
  TokenContexts contexts_;
  TokenMatch match_;
  std::vector<std::uint16_t> uses_;  // of each id in the block, at most 65,535

  std::array<RefinedProbability, kLlmOrders.size()> by_context_;
  RefinedProbability by_match_;
  RefinedProbability by_uses_;
  RefinedProbability by_hits_;
  Mixer candidate_mixer_;
  Mixer tree_mixer_;
  std::vector<AdaptiveProbability> nodes_;  // [V], by split

  LlmStream* stream_ = nullptr;
  std::uint32_t expected_ = kNoLlmToken;  // by the match
  std::array<std::uint32_t, kLlmMaxCandidates> candidates_{};
  std::array<std::uint64_t, kLlmMaxCandidates> shares_{};
  std::size_t candidate_count_ = 0;
  std::size_t asked_ = 0;
  std::uint64_t left_ = 0;  // frequencies of what was not ruled out yet
  std::uint32_t low_ = 0;   // the ids still possible
  std::uint32_t high_ = 0;
  std::uint32_t split_ = 0;
  std::uint32_t depth_ = 0;
};

}  // namespace czip::v2
