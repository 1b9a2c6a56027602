// The corpus as sequences for the network, in an order fixed by a seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace czip::nn {

// Cuts token texts into windows. Neighbours overlap by one token, which the first predicts last and
// the second sees first.
class TokenWindows {
 public:
  // `length` is the number of tokens that a window sees; it has one more, to predict.
  explicit TokenWindows(std::size_t length) : length_(length) {}

  // Adds a text; windows may span several texts.
  void add(std::span<const std::uint16_t> tokens);
  // Shuffles the windows. The order depends on their number and the seed only.
  void shuffle(std::uint64_t seed);

  [[nodiscard]] std::size_t size() const { return order_.size(); }
  // Window `i`: length + 1 tokens. After the last window the order repeats. Each epoch cuts the
  // text at other places, so that a token has another context in each.
  [[nodiscard]] std::span<const std::uint16_t> operator[](std::uint64_t i) const;

 private:
  std::size_t length_;
  std::vector<std::uint16_t> tokens_;
  std::vector<std::uint32_t> order_;
};

}  // namespace czip::nn
