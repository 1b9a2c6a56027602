// Inputs from the n-gram prior: the probability by interpolated back-off (prior.hpp) up to the
// highest orders that have the context.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "czip/codec/v2/coding/constants.hpp"
#include "czip/codec/v2/coding/contexts.hpp"
#include "czip/codec/v2/coding/decision.hpp"
#include "czip/codec/v2/coding/prior.hpp"
#include "czip/engine/v2/logistic.hpp"
#include "czip/engine/v2/prior_kernels.hpp"

namespace czip::v2 {

class PriorInputs {
  // A context's cells [low, high) have ranks below the node. Probabilities are Q16.
  struct ActiveList {
    PriorList list;
    std::uint32_t escape = 0;  // what the list leaves to lower orders, at least 1
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    std::uint32_t probability = 0;   // of these cells
    PriorSum zero{};                 // of these, those for a 0 at this node
    std::uint32_t candidate_at = 0;  // the candidate's cell; the list's size: it has none
    std::uint32_t candidate_probability = 0;
  };

 public:
  // What is left of the lists at a decision: the first `count`, by ascending order.
  struct Place {
    std::array<ActiveList, kMaxPriorOrder> lists{};
    std::uint32_t count = 0;
  };

  explicit PriorInputs(SimdLevel simd) : kernels_(&prior_kernels(simd)) {}

  // Uses orders up to `highest`. `prior` must outlive the use of the inputs.
  void reset(const Prior& prior, std::uint32_t highest);

  void prefetch_index(const Contexts& contexts) const;
  void prefetch_cells(const Contexts& contexts) const;
  void begin_token(const Contexts& contexts);
  // Looks for the candidate in the lists. To be called before predict().
  void set_candidate(std::uint32_t candidate);
  // inputs [kPriorInputs], stretched: of the highest order that has the context, then of the next
  // lower ones, then of order 0; 0 for those that there are not.
  void predict(const Decision& decision, const Logistic& logistic, std::span<std::int32_t> inputs);
  void update(const Decision& decision, bool bit);
  [[nodiscard]] const Place& place() const { return active_; }
  // Goes back to a place of this token.
  void go_to(const Place& place) { active_ = place; }

  // The highest order that has the context; 0: none.
  [[nodiscard]] std::uint32_t highest_order() const { return highest_order_; }
  // The likeliest token of the highest order that has the context, and its probability there, Q16.
  // Where no order has it, or what a hostile model lists is no token: that of order 0, with 0.
  struct Likeliest {
    std::uint32_t rank;
    std::uint32_t probability;
  };
  [[nodiscard]] Likeliest likeliest() const;

 private:
  // The probabilities, Q40, of a 0 and of a 1; each at most 2^40.
  struct Ranges {
    std::uint64_t zero;
    std::uint64_t one;
  };
  [[nodiscard]] Ranges order0(const Decision& decision) const;
  [[nodiscard]] Ranges extend(const Ranges& lower, const Decision& decision, ActiveList& active);

  const PriorKernels* kernels_;
  const Prior* prior_ = nullptr;
  std::uint32_t orders_ = 0;
  Place active_;
  std::uint32_t highest_order_ = 0;
};

}  // namespace czip::v2
