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
#include "czip/codec/v2/coding/undo_log.hpp"

namespace czip::v2 {

class SuccessorInputs {
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

 public:
  // What is left of the lists at a node.
  struct Place {
    std::array<ActiveList, kMaxSuccessorLists> lists{};  // the first `count`, by ascending list
    std::uint32_t count = 0;
    std::uint32_t highest_order = 0;
  };

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
  void update(bool bit, std::span<std::int32_t> inputs) { go<true>(bit, inputs); }
  void end_token(std::uint32_t rank);

  // Removes the successors that the bit rules out, and learns nothing.
  void descend(bool bit, std::span<std::int32_t> inputs) { go<false>(bit, inputs); }
  [[nodiscard]] const Place& place() const { return active_; }
  // Goes back to a place of this token.
  void go_to(const Place& place, std::span<std::int32_t> inputs);

  // Saves what begin_token() and end_token() change in the table.
  void save_lists(const Contexts& contexts, UndoLog& log);
  void save_table(UndoLog& log) { table_.save(log); }
  [[nodiscard]] std::span<std::uint32_t> maps_to_restore() { return maps_; }

  // A list is active while it has a successor below the node.
  [[nodiscard]] std::uint32_t active_lists() const { return active_.count; }
  // The highest of kSuccessorListOrders whose list is active; 0: none.
  [[nodiscard]] std::uint32_t highest_order() const { return active_.highest_order; }
  [[nodiscard]] std::span<const std::uint32_t> maps() const { return maps_; }

 private:
  template <bool learns>
  void go(bool bit, std::span<std::int32_t> inputs);
  void find_highest_order();

  std::size_t lists_ = 0;
  SuccessorTable table_;
  std::vector<std::uint32_t> maps_;
  std::array<SuccessorList*, kMaxSuccessorLists> list_{};
  Place active_;
};

}  // namespace czip::v2
