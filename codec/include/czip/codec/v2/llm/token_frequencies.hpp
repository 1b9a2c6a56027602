// A language model's prediction of one token: a frequency of each id.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/codec/v2/llm/constants.hpp"
#include "czip/codec/v2/model/language_model.hpp"

namespace czip::v2 {

class TokenFrequencies {
 public:
  // `model` must outlive this. May throw std::bad_alloc.
  void reset(const LanguageModel& model);

  // Takes the logits [V] of one token, in which ids without bytes are made the least likely.
  void set(std::span<std::int32_t> logits);

  [[nodiscard]] std::uint32_t size() const {
    return static_cast<std::uint32_t>(cumulative_.size() - 1);
  }
  // The sum of the frequencies of the ids from `low` to before `high`; each is at least 1, all are
  // below 2^52.
  [[nodiscard]] std::uint64_t between(std::uint32_t low, std::uint32_t high) const {
    return cumulative_[high] - cumulative_[low];
  }
  [[nodiscard]] std::uint64_t of(std::uint32_t token) const { return between(token, token + 1); }
  [[nodiscard]] std::uint64_t total() const { return cumulative_.back(); }
  // The ids of the highest frequencies, the lower id first of equals; fewer where there are no more
  // with bytes.
  [[nodiscard]] std::span<const std::uint32_t> likeliest() const {
    return std::span(likeliest_).first(likeliest_count_);
  }

 private:
  const LanguageModel* model_ = nullptr;
  std::vector<std::uint64_t> cumulative_;  // [V + 1]
  std::array<std::uint32_t, kLlmNetworkCandidates> likeliest_{};
  std::size_t likeliest_count_ = 0;
};

}  // namespace czip::v2
