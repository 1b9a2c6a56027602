// The contexts whose successors the predictor remembers, as hashes of the history.
#pragma once

#include <array>
#include <cstdint>

#include "czip/codec/v2/coding/history.hpp"
#include "czip/codec/v2/coding/prior.hpp"

namespace czip::v2 {

inline constexpr std::size_t kMaxSuccessorLists = 20;
inline constexpr std::size_t kTokenOrders = 6;

struct Contexts {
  // order[k]: of the last k tokens.
  std::array<std::uint64_t, kTokenOrders + 1> order{};
  std::array<std::uint64_t, kMaxSuccessorLists> list{};
  // Whatever the word so far is, or between words the last token.
  std::uint64_t word = 0;
};

// The most useful first, for a profile takes the first few: token orders, words, lines, columns,
// keys, brackets, fields, indentation.
void set_contexts(const History& history, Contexts& contexts);

// The first lists are of the last so many tokens.
inline constexpr std::array<std::uint32_t, 5> kSuccessorListOrders{1, 2, 3, 4, 6};

}  // namespace czip::v2
