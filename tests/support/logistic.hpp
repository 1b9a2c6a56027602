// The one logistic table, for tests of what is built upon it. Values near zero that tests state:
// stretch(2^21) = 1, because the least value that reaches the middle of its part is 1
// (tests/engine/v2/logistic_test.cpp).
#pragma once

#include <cstdint>

#include "czip/codec/v2/coding/decision.hpp"
#include "czip/engine/v2/logistic.hpp"

namespace czip::test {

[[nodiscard]] inline const v2::Logistic& logistic() {
  static const v2::Logistic table;
  return table;
}
[[nodiscard]] inline std::int32_t stretch(std::uint64_t p) {
  return logistic().stretch(static_cast<std::uint32_t>(p));
}

// Decisions of tests: about a candidate, or at a node without one or with a candidate ruled out.
[[nodiscard]] inline v2::Decision about(std::uint32_t candidate) {
  return {.is_candidate = true, .candidate = candidate, .node = {}};
}
[[nodiscard]] inline v2::Decision at(const v2::Node& node, std::uint32_t candidate = v2::kNoToken) {
  return {.is_candidate = false, .candidate = candidate, .node = node};
}

}  // namespace czip::test
