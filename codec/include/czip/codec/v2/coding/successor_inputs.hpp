// Inputs from the successor lists: what followed this context before, in the half of the node's
// range that each decision asks about. How often, how recently and how surely is turned to a
// probability by an adaptive map per context.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/codec/v2/coding/adaptive_probability.hpp"
#include "czip/codec/v2/coding/contexts.hpp"
#include "czip/codec/v2/coding/logistic.hpp"
#include "czip/codec/v2/coding/node.hpp"
#include "czip/codec/v2/coding/successor_table.hpp"

namespace czip::v2 {

// Escape class (3) x depth (4) x count of 0s (7) x count of 1s (7) x side of the latest (2).
inline constexpr std::size_t kSuccessorStates = 3 * kDepthClasses * 7 * 7 * 2;

class SuccessorInputs {
 public:
  // maps: [lists][kSuccessorStates], raw.
  SuccessorInputs(std::size_t lists, std::uint32_t table_log2, std::span<const std::uint32_t> maps);

  void prefetch(const Contexts& contexts) const;
  void begin_token(const Contexts& contexts, std::span<std::int32_t> inputs);
  void predict(const Node& node, const Logistic& logistic, std::span<std::int32_t> inputs);
  // Learns the bit and drops what it rules out.
  void update(bool bit, std::span<std::int32_t> inputs);
  void end_token(std::uint32_t rank);

  // Lists that still name a possible token, and the highest token order among them (0: none).
  [[nodiscard]] std::uint32_t active_lists() const { return active_count_; }
  [[nodiscard]] std::uint32_t highest_order() const { return highest_order_; }
  [[nodiscard]] std::span<const std::uint32_t> maps() const { return maps_; }

 private:
  // What a list still says, in four lanes of 16 bits with the most recent successor lowest.
  struct Active {
    std::uint64_t ranks;
    std::uint64_t counts;  // 0 in lanes that the node rules out
    std::uint64_t live;    // the highest bit of each of the others
    std::uint64_t above;   // of these, those whose rank is in the upper half of the node's range
    std::uint32_t first_state;  // of this list at this escape class
    std::uint32_t state;
    std::uint32_t list;
  };

  void find_highest_order();

  std::size_t lists_;
  SuccessorTable table_;
  std::vector<std::uint32_t> maps_;
  std::array<SuccessorList*, kMaxSuccessorLists> list_{};
  std::array<Active, kMaxSuccessorLists> active_;  // the first active_count_, in ascending list
  std::uint32_t active_count_ = 0;
  std::uint32_t highest_order_ = 0;
};

}  // namespace czip::v2
