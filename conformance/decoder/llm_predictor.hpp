// czip-v2-llm-coding.md: the probability of each decision; sections 1, 3 and 4.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "llm_memory.hpp"
#include "llm_network.hpp"
#include "llm_tokenizer.hpp"
#include "mixer.hpp"

namespace reference::llm {

struct LanguageModel {
  explicit LanguageModel(Tensors& tensors);

  LanguageNetwork network;
  LanguageTokenizer tokenizer;
  std::size_t first_row = 0;         // the token of a stream's first row
  std::vector<std::uint32_t> prior;  // ids that each block is coded after; may be empty
};

class RefinedProbability {
 public:
  RefinedProbability(std::size_t contexts, const Logistic& logistic);

  // What the map says beyond x in the context.
  std::int32_t more(std::size_t context, std::int32_t x, const Logistic& logistic);
  void learn_bit(bool bit);

 private:
  std::vector<std::uint32_t> adaptive_;
  std::size_t last_ = 0;  // the lower of the two that the last more() used
};

class LanguagePredictor {
 public:
  // Of one block, which begins with the model's prior. The model must outlive the predictor.
  LanguagePredictor(const LanguageModel& model, std::size_t text_bytes);

  void begin_token(TextStream& stream);
  [[nodiscard]] bool decided() const { return decided_; }
  // The probability of a 1, Q22.
  std::uint32_t predict();
  void learn_bit(bool bit);
  [[nodiscard]] std::size_t token() const { return low_; }
  void end_token();

  // To look on: what the network took in and gave, what was made of that, and what the last
  // predict() was about and made of.
  struct Candidate {
    std::size_t token;
    std::uint64_t share;
  };
  [[nodiscard]] std::size_t row() const { return row_; }
  [[nodiscard]] const Numbers& logits() const { return logits_; }
  [[nodiscard]] const std::vector<std::uint64_t>& cumulative() const { return cumulative_; }
  [[nodiscard]] const TokenContexts& contexts() const { return contexts_; }
  [[nodiscard]] const TokenMatch& match() const { return match_; }
  [[nodiscard]] const std::vector<Candidate>& candidates() const { return candidates_; }
  [[nodiscard]] bool searches() const { return next_ == candidates_.size(); }
  [[nodiscard]] std::array<std::size_t, 3> node() const { return {low_, split_, high_}; }
  [[nodiscard]] const Mixer& mixer() const { return searches() ? search_mixer_ : candidate_mixer_; }

 private:
  [[nodiscard]] std::uint64_t sum(std::size_t begin, std::size_t end) const {
    return cumulative_[end] - cumulative_[begin];
  }
  [[nodiscard]] std::uint64_t sum_of_others(std::size_t begin, std::size_t end) const;
  [[nodiscard]] std::size_t candidates_in(std::size_t begin, std::size_t end) const;
  void propose(std::size_t token, std::uint64_t bonus);
  void find_candidates(const Numbers& logits);
  std::int32_t mix_for_candidate();
  std::int32_t mix_for_search();
  void decide(std::size_t token);
  void go_to(std::size_t low, std::size_t high);
  [[nodiscard]] std::size_t stand(std::size_t order, std::size_t token) const;
  void learn_prior();
  void remember(TextStream& stream, std::size_t token);

  const LanguageModel* model_;
  Logistic logistic_;
  TokenContexts contexts_;
  TokenMatch match_;
  std::vector<std::size_t> uses_;
  std::vector<RefinedProbability> maps_;  // of the orders, the match, the uses, the hits
  Mixer candidate_mixer_, search_mixer_;
  std::vector<std::uint32_t> nodes_;

  TextStream* stream_ = nullptr;
  std::size_t row_ = 0;
  Numbers logits_;  // as the network gave them
  std::vector<std::uint64_t> cumulative_;
  std::vector<Candidate> candidates_;
  std::size_t next_ = 0;  // candidate to be decided, or their number: the search
  bool decided_ = false;
  std::size_t low_ = 0, high_ = 0, split_ = 0, depth_ = 0;
};

}  // namespace reference::llm
