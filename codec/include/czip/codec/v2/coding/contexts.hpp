// The contexts in which the predictor looks up what followed before: hashes of parts of the
// history.
#pragma once

#include <array>
#include <cstdint>

#include "czip/codec/v2/coding/constants.hpp"
#include "czip/codec/v2/coding/history.hpp"

namespace czip::v2 {

struct Contexts {
  // order[k]: the last k tokens.
  std::array<std::uint64_t, kTokenOrders + 1> order{};
  // list[i]: the context of successor list i.
  std::array<std::uint64_t, kMaxSuccessorLists> list{};
  // The word so far, or between words the last token.
  std::uint64_t word = 0;
};

// Computes all contexts. The lists' are in order of usefulness, because a profile uses the first
// few: token orders, words, lines, columns, keys, brackets, fields, indentation.
void set_contexts(const History& history, Contexts& contexts);

}  // namespace czip::v2
