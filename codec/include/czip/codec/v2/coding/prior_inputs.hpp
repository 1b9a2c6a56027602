// Inputs from the n-gram prior: one for each order that knows the context.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "czip/codec/v2/coding/contexts.hpp"
#include "czip/codec/v2/coding/logistic.hpp"
#include "czip/codec/v2/coding/node.hpp"
#include "czip/codec/v2/coding/prior.hpp"

namespace czip::v2 {

inline constexpr std::size_t kPriorInputs = kMaxPriorOrder + 1;

class PriorInputs {
 public:
  explicit PriorInputs(const Prior& prior) : prior_(&prior) {}

  void prefetch_index(const Contexts& contexts) const;
  void prefetch_cells(const Contexts& contexts) const;
  void begin_token(const Contexts& contexts);
  // inputs[k] is order k's; 0 where the context is unknown.
  void predict(const Node& node, const Logistic& logistic, std::span<std::int32_t> inputs);
  void update(bool bit);

  // The highest order that knows the context.
  [[nodiscard]] std::uint32_t highest_order() const { return highest_order_; }

 private:
  // Entries [low, high) have ranks in the node's range, those from middle on in its upper half.
  struct Active {
    PriorList list;
    std::uint32_t low = 0;
    std::uint32_t middle = 0;
    std::uint32_t high = 0;
  };

  const Prior* prior_;
  std::array<Active, kMaxPriorOrder> active_;
  std::uint32_t highest_order_ = 0;
};

}  // namespace czip::v2
