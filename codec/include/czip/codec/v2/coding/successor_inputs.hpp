// Inputs from the successor lists: what followed each context before
// (czip/engine/v2/successor_kernels.hpp).
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/codec/v2/coding/constants.hpp"
#include "czip/codec/v2/coding/contexts.hpp"
#include "czip/codec/v2/coding/decision.hpp"
#include "czip/codec/v2/coding/successor_table.hpp"
#include "czip/codec/v2/coding/undo_log.hpp"
#include "czip/engine/v2/logistic.hpp"
#include "czip/engine/v2/successor_kernels.hpp"

namespace czip::v2 {

class SuccessorInputs {
 public:
  // What is left of the lists at a decision.
  using Place = SuccessorLanes;

  explicit SuccessorInputs(SimdLevel simd) : kernels_(&successor_kernels(simd)) {}

  // Begins with maps [lists][kSuccessorStates], AdaptiveProbability::raw, and a table of
  // 2^table_log2 empty lists.
  void reset(std::size_t lists, std::uint32_t table_log2, std::span<const std::uint32_t> maps);

  void prefetch(const Contexts& contexts) const;
  void begin_token(const Contexts& contexts);
  // inputs [kListLanes], stretched; 0 for a list that is not active.
  void predict(const Decision& decision, const Logistic& logistic, std::span<std::int32_t> inputs);
  // Learns the bit and removes the successors that it rules out.
  void update(const Decision& decision, bool bit);
  void end_token(std::uint32_t rank);

  // Removes the successors that the bit rules out, and learns nothing.
  void descend(const Decision& decision, bool bit);
  [[nodiscard]] const Place& place() const { return lanes_; }
  // Goes back to a place of this token.
  void go_to(const Place& place) { lanes_ = place; }

  // Saves what begin_token() and end_token() change in the table.
  void save_lists(const Contexts& contexts, UndoLog& log);
  void save_table(UndoLog& log) { table_.save(log); }
  [[nodiscard]] std::span<std::uint32_t> maps_to_restore() { return std::span(maps_).first(used_); }

  // A list is active while it has a successor that can still come.
  [[nodiscard]] std::uint32_t active_lists() const {
    return static_cast<std::uint32_t>(std::popcount(lanes_.active));
  }
  // The highest of kSuccessorListOrders whose list is active; 0: none.
  [[nodiscard]] std::uint32_t highest_order() const {
    const std::uint32_t orders = lanes_.active & ((1U << kSuccessorListOrders.size()) - 1);
    return orders == 0 ? 0
                       : kSuccessorListOrders[static_cast<std::size_t>(std::bit_width(orders)) - 1];
  }
  [[nodiscard]] const SuccessorLanes& lanes() const { return lanes_; }
  // The probability (Q22) that the token is the successor `which` of each list, 0 where there is
  // none.
  void score(std::size_t which, std::span<std::uint32_t, kListLanes> probability) const {
    kernels_->score(lanes_, which, maps_.data(), probability.data());
  }
  [[nodiscard]] std::span<const std::uint32_t> maps() const {
    return std::span(maps_).first(used_);
  }

 private:
  const SuccessorKernels* kernels_;
  std::size_t lists_ = 0;
  SuccessorTable table_;
  std::vector<std::uint32_t> maps_;  // [kListLanes][kSuccessorStates]: kernels load all lanes
  std::size_t used_ = 0;             // of these: lists_ * kSuccessorStates
  std::array<std::uint32_t, kListLanes> index_{};
  SuccessorLanes lanes_;
};

}  // namespace czip::v2
