// Inputs from the n-gram prior: the probability by interpolated back-off (prior.hpp) up to each
// order that has the context.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "czip/codec/v2/coding/constants.hpp"
#include "czip/codec/v2/coding/contexts.hpp"
#include "czip/codec/v2/coding/logistic.hpp"
#include "czip/codec/v2/coding/node.hpp"
#include "czip/codec/v2/coding/prior.hpp"

namespace czip::v2 {

class PriorInputs {
 public:
  // For each order from 1 on, the entries [low, high) of its list, which have ranks below the node.
  struct Place {
    std::array<std::uint32_t, kMaxPriorOrder> low{};
    std::array<std::uint32_t, kMaxPriorOrder> high{};
  };

  PriorInputs() = default;
  explicit PriorInputs(const Prior& prior) { reset(prior); }

  // `prior` must outlive the use of the inputs.
  void reset(const Prior& prior) { prior_ = &prior; }

  void prefetch_index(const Contexts& contexts) const;
  void prefetch_cells(const Contexts& contexts) const;
  void begin_token(const Contexts& contexts);
  // inputs[k], stretched, is that of the orders up to k; 0 where order k does not have the context.
  void predict(const Node& node, const Logistic& logistic, std::span<std::int32_t> inputs);
  void update(bool bit);
  [[nodiscard]] Place place() const;
  // Goes back to a place of this token.
  void go_to(const Place& place);

  // The highest order that has the context; 0: none.
  [[nodiscard]] std::uint32_t highest_order() const { return highest_order_; }

 private:
  // The list's entries [low, high) have ranks below the node; those from `middle` on are for a 1.
  struct ActiveList {
    PriorList list;
    std::uint32_t low = 0;
    std::uint32_t middle = 0;
    std::uint32_t high = 0;
  };

  const Prior* prior_ = nullptr;
  std::array<ActiveList, kMaxPriorOrder> active_;
  std::uint32_t highest_order_ = 0;
};

}  // namespace czip::v2
