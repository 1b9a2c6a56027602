#include "nn/token_windows.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>

namespace czip::nn {
namespace {

// By how many tokens the windows shift from epoch to epoch. For windows of 100 tokens and more, the
// shift is far from those of the last few epochs.
constexpr std::uint64_t kShift = 47;

}  // namespace

void TokenWindows::add(std::span<const std::uint16_t> tokens) {
  tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
}

void TokenWindows::shuffle(std::uint64_t seed) {
  order_.resize(tokens_.empty() ? 0 : (tokens_.size() - 1) / length_);
  std::iota(order_.begin(), order_.end(), 0U);
  // Fisher and Yates's shuffle; the standard library's is not the same everywhere.
  std::mt19937_64 random(seed);
  for (std::size_t i = order_.size(); i > 1; --i) std::swap(order_[i - 1], order_[random() % i]);
}

std::span<const std::uint16_t> TokenWindows::operator[](std::uint64_t i) const {
  const std::uint64_t shift = i / order_.size() * kShift % length_;
  const std::uint64_t first = order_[i % order_.size()] * length_ + shift;
  return std::span(tokens_).subspan(std::min(first, tokens_.size() - length_ - 1), length_ + 1);
}

}  // namespace czip::nn
