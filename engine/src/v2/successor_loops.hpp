// The definition of successor_kernels.hpp, in plain loops over the lists; each isa_*.cpp compiles
// them for its own instruction set.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "czip/engine/v2/adaptive_probability.hpp"
#include "czip/engine/v2/logistic.hpp"
#include "czip/engine/v2/successor_kernels.hpp"

namespace czip::v2 {
namespace {

inline std::uint32_t count_class(std::uint32_t n) {
  return kCountClass[std::min<std::size_t>(n, kCountClass.size() - 1)];
}

// How often the list lacked the token: rarely, sometimes, mostly.
inline std::uint32_t escape_class(std::uint32_t total, std::uint32_t escapes) {
  return escapes * 4 < total ? 0 : escapes * 3 < total * 2 ? 1 : 2;
}

inline std::uint32_t decision_state(std::uint32_t decision_class, std::uint32_t zeros,
                                    std::uint32_t ones, bool latest) {
  return decision_class * kStatesPerDecision +
         (count_class(zeros) * kCountClasses + count_class(ones)) * 2 + (latest ? 1 : 0);
}

inline bool makes_one(const SuccessorDecision& decision, std::uint32_t rank) {
  return decision.is_candidate ? rank == decision.rank : rank >= decision.rank;
}

inline void load_lists(const SuccessorList* table, const std::uint32_t* index, std::size_t lists,
                       SuccessorLanes& lanes) {
  lanes.active = 0;
  for (std::size_t i = 0; i < kListLanes; ++i) {
    const SuccessorList list = i < lists ? table[index[i]] : SuccessorList{};
    bool ended = false;
    for (std::size_t k = 0; k < kSuccessorsPerList; ++k) {
      ended = ended || list.count[k] == 0;
      lanes.rank[k][i] = list.rank[k];
      lanes.count[k][i] = ended ? 0 : list.count[k];
    }
    lanes.first_state[i] = static_cast<std::uint32_t>(i * kSuccessorStates) +
                           escape_class(list.total, list.escapes) * kStatesPerEscapeClass;
    if (lanes.count[0][i] != 0) lanes.active |= 1U << i;
  }
}

inline void score_lists(const SuccessorLanes& lanes, std::size_t which, const std::uint32_t* maps,
                        std::uint32_t* probability) {
  for (std::size_t i = 0; i < kListLanes; ++i) {
    std::uint32_t total = 0;
    for (const auto& counts : lanes.count) total += counts[i];
    const std::uint32_t ones = lanes.count[which][i];
    const std::uint32_t state =
        lanes.first_state[i] + decision_state(kCandidateClass, total - ones, ones, which == 0);
    probability[i] = ones == 0 ? 0 : AdaptiveProbability(maps[state]).p();
  }
}

inline void predict_lists(SuccessorLanes& lanes, const SuccessorDecision& decision,
                          const std::uint32_t* maps, const std::int16_t* stretch,
                          std::int32_t* inputs) {
  for (std::size_t i = 0; i < kListLanes; ++i) {
    std::uint32_t zeros = 0;
    std::uint32_t ones = 0;
    bool latest = false;
    bool found_latest = false;
    for (std::size_t k = 0; k < kSuccessorsPerList; ++k) {
      const std::uint32_t count = lanes.count[k][i];
      const bool one = makes_one(decision, lanes.rank[k][i]);
      (one ? ones : zeros) += count;
      latest = found_latest ? latest : one && count != 0;
      found_latest = found_latest || count != 0;
    }
    lanes.state[i] =
        lanes.first_state[i] + decision_state(decision.decision_class, zeros, ones, latest);
    const bool active = (lanes.active >> i & 1) != 0;
    lanes.map[i] = active ? maps[lanes.state[i]] : 0;
    inputs[i] =
        active ? stretch[Logistic::stretch_index(AdaptiveProbability(lanes.map[i]).p())] : 0;
  }
}

inline void learn_lists(const SuccessorLanes& lanes, bool bit, std::uint32_t limit,
                        std::uint32_t* maps) {
  for (std::size_t i = 0; i < kListLanes; ++i) {
    if ((lanes.active >> i & 1) == 0) continue;
    AdaptiveProbability p(lanes.map[i]);
    p.update(bit, limit);
    maps[lanes.state[i]] = p.raw();
  }
}

inline void rule_out_successors(SuccessorLanes& lanes, const SuccessorDecision& decision,
                                bool bit) {
  lanes.active = 0;
  for (std::size_t i = 0; i < kListLanes; ++i) {
    std::uint32_t left = 0;
    for (std::size_t k = 0; k < kSuccessorsPerList; ++k) {
      if (makes_one(decision, lanes.rank[k][i]) != bit) lanes.count[k][i] = 0;
      left += lanes.count[k][i];
    }
    if (left != 0) lanes.active |= 1U << i;
  }
}

inline void update_lists(SuccessorList* table, const std::uint32_t* index, std::size_t lists,
                         std::uint16_t coded) {
  std::array<SuccessorList, kListLanes> updated;
  for (std::size_t i = 0; i < lists; ++i) {
    updated[i] = table[index[i]];
    updated[i].update(coded);
  }
  for (std::size_t i = 0; i < lists; ++i) table[index[i]] = updated[i];
}

constexpr SuccessorKernels make_successor_kernels() {
  return {.load = load_lists,
          .score = score_lists,
          .predict = predict_lists,
          .learn = learn_lists,
          .rule_out = rule_out_successors,
          .update = update_lists};
}

}  // namespace
}  // namespace czip::v2
