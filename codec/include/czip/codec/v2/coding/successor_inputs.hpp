// Inputs from the successor lists: what followed each context before. At a node, how often and how
// recently tokens on either side of the split came, and how often the list lacked the token, is the
// state that an adaptive map (lpaq's StateMap) per context turns into a probability: the indirect
// contexts of PAQ, for tokens.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/codec/v2/coding/adaptive_probability.hpp"
#include "czip/codec/v2/coding/constants.hpp"
#include "czip/codec/v2/coding/contexts.hpp"
#include "czip/codec/v2/coding/logistic.hpp"
#include "czip/codec/v2/coding/node.hpp"
#include "czip/codec/v2/coding/successor_table.hpp"

namespace czip::v2 {

class SuccessorInputs {
 public:
  SuccessorInputs() = default;
  SuccessorInputs(std::size_t lists, std::uint32_t table_log2,
                  std::span<const std::uint32_t> maps) {
    reset(lists, table_log2, maps);
  }

  // Begins with maps [lists][kSuccessorStates], AdaptiveProbability::raw, and a table of
  // 2^table_log2 empty lists.
  void reset(std::size_t lists, std::uint32_t table_log2, std::span<const std::uint32_t> maps);

  void prefetch(const Contexts& contexts) const;
  // inputs, here and below: [lists], stretched; 0 for a list that is not active.
  void begin_token(const Contexts& contexts, std::span<std::int32_t> inputs);
  void predict(const Node& node, const Logistic& logistic, std::span<std::int32_t> inputs);
  // Learns the bit and removes the successors that it rules out.
  void update(bool bit, std::span<std::int32_t> inputs);
  void end_token(std::uint32_t rank);

  // A list is active while it has a successor below the node.
  [[nodiscard]] std::uint32_t active_lists() const { return active_count_; }
  // The highest of kSuccessorListOrders whose list is active; 0: none.
  [[nodiscard]] std::uint32_t highest_order() const { return highest_order_; }
  [[nodiscard]] std::span<const std::uint32_t> maps() const { return maps_; }

 private:
  // The successors of a list, one in each of four lanes of 16 bits, the most recent one lowest.
  struct ActiveList {
    std::uint64_t ranks;
    std::uint64_t counts;       // 0 in lanes that are ruled out
    std::uint64_t live;         // the highest bit of each other lane
    std::uint64_t above;        // of these, the lanes whose rank is at or past the split
    std::uint32_t first_state;  // of this list and its escape class
    std::uint32_t state;        // index of its map at this node
    std::uint32_t list;
  };

  void find_highest_order();

  std::size_t lists_ = 0;
  SuccessorTable table_;
  std::vector<std::uint32_t> maps_;
  std::array<SuccessorList*, kMaxSuccessorLists> list_{};
  std::array<ActiveList, kMaxSuccessorLists>
      active_{};  // the first active_count_, by ascending list
  std::uint32_t active_count_ = 0;
  std::uint32_t highest_order_ = 0;
};

}  // namespace czip::v2
