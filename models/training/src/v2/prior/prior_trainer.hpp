// Trains the n-gram prior order by order, in integers: counts successors, discounts them (absolute
// discounting: Chen and Goodman 1998), keeps the entries that save most bits over the lower orders
// (entropy pruning: Stolcke 1998) and quantizes their probabilities.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/coding/prior.hpp"

namespace czip::v2::training {

// Storage of one order, which a PriorOrder views.
struct PriorTable {
  std::vector<std::uint8_t> index;
  std::vector<std::uint8_t> cells;
  std::uint32_t buckets_log2 = 0;

  [[nodiscard]] PriorOrder view() const { return {index, cells, buckets_log2}; }
  [[nodiscard]] std::size_t size() const { return index.size() + cells.size(); }
};

struct TrainedPrior {
  std::vector<std::uint32_t> order0;  // Q32
  std::vector<PriorTable> orders;

  [[nodiscard]] std::vector<PriorOrder> views() const {
    std::vector<PriorOrder> views;
    for (const PriorTable& table : orders) views.push_back(table.view());
    return views;
  }
};

// Called before each order, from the thread that trains, with the number of orders done and of all.
// An error ends the training.
using PriorProgress = std::function<Status(std::uint64_t done, std::uint64_t total)>;

// `corpus` holds fewer than 2^32 ranks, with kNoToken between documents. `budgets[k - 1]` limits
// the bytes of order k. The result is the same for any number of threads, compiler and machine.
// Errors: out_of_memory, those of `progress`, invalid_argument (the corpus is too large).
Result<TrainedPrior> train_prior(std::span<const std::uint16_t> corpus, std::uint32_t vocabulary,
                                 std::span<const std::size_t> budgets, unsigned threads,
                                 const PriorProgress& progress);

}  // namespace czip::v2::training
