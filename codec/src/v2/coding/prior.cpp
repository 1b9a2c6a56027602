#include "czip/codec/v2/coding/prior.hpp"

#include <algorithm>

#include "czip/base/little_endian.hpp"

namespace czip::v2 {
namespace {

constexpr std::uint32_t kMaxBucketsLog2 = 24;
// Largest sum of the probabilities in a list, Q16: at least 1 is left for the escape.
constexpr std::uint32_t kMaxListedProbability = 65535;

std::uint32_t cell(const PriorOrder& order, std::uint64_t i) {
  return load_le<std::uint16_t>(order.cells.data() + 2 * i);
}

std::uint64_t bucket_begin(const PriorOrder& order, std::uint64_t bucket) {
  return load_le<std::uint32_t>(order.index.data() + 4 * bucket);
}

std::uint64_t bucket_of(const PriorOrder& order, std::uint64_t hash) {
  return order.buckets_log2 == 0 ? 0 : hash >> (64 - order.buckets_log2);
}

}  // namespace

std::uint32_t prior_probability(std::uint32_t scale, std::uint32_t level) {
  // 0.96, 0.68, 0.48, 0.34, ... : 62915 / sqrt(2)^scale, and 10/17 per level.
  constexpr std::array<std::uint32_t, kPriorScales> kTop{62915, 44488, 31457, 22244,
                                                         15729, 11122, 5561,  2780};
  std::uint32_t p = kTop[scale];
  for (std::uint32_t i = 0; i < level; ++i) p = p * 10 / 17;
  return p;
}

Result<Prior> Prior::create(std::span<const std::uint32_t> order0, std::vector<PriorOrder> orders) {
  Prior prior;
  prior.order0_cumulative_.assign(order0.size() + 1, 0);
  for (std::size_t r = 0; r < order0.size(); ++r) {
    if (order0[r] == 0) {
      return fail(ErrorCode::corrupt,
                  "the model's prior gives rank " + std::to_string(r) + " no probability");
    }
    prior.order0_cumulative_[r + 1] = prior.order0_cumulative_[r] + order0[r];
  }
  if (order0.size() > kMaxPriorRanks || prior.order0_cumulative_.back() > std::uint64_t{1} << 32 ||
      orders.size() > kMaxPriorOrder) {
    return fail(ErrorCode::corrupt,
                "the model's prior has too many ranks or orders, or its order-0 "
                "probabilities exceed 1");
  }
  for (std::uint32_t s = 0; s < kPriorScales; ++s) {
    for (std::uint32_t l = 0; l < kPriorLevels; ++l) {
      prior.probability_[s * kPriorLevels + l] = prior_probability(s, l);
    }
  }
  for (std::size_t k = 1; k <= orders.size(); ++k) {
    const PriorOrder& table = orders[k - 1];
    if (table.buckets_log2 > kMaxBucketsLog2 || table.cells.size() % 2 != 0 ||
        table.index.size() != 4 * ((std::size_t{1} << table.buckets_log2) + 1)) {
      return fail(ErrorCode::corrupt, "the model's prior of order " + std::to_string(k) +
                                          " has tables of the wrong size");
    }
  }
  prior.orders_ = std::move(orders);
  return prior;
}

void Prior::prefetch_index(std::uint32_t order, std::uint64_t hash) const {
  const PriorOrder& table = orders_[order - 1];
  __builtin_prefetch(table.index.data() + 4 * bucket_of(table, hash));
}

void Prior::prefetch_cells(std::uint32_t order, std::uint64_t hash) const {
  const PriorOrder& table = orders_[order - 1];
  const std::uint64_t at = bucket_begin(table, bucket_of(table, hash));
  if (2 * at < table.cells.size()) __builtin_prefetch(table.cells.data() + 2 * at);
}

void Prior::find(std::uint32_t order, std::uint64_t hash, PriorList& list) const {
  const PriorOrder& table = orders_[order - 1];
  const std::uint64_t bucket = bucket_of(table, hash);
  // The index is not trusted: a bucket ends where the cells end, whatever it says.
  const std::uint64_t end =
      std::min<std::uint64_t>(bucket_begin(table, bucket + 1), table.cells.size() / 2);
  std::uint64_t at = bucket_begin(table, bucket);
  const std::uint32_t fingerprint = prior_fingerprint(hash);
  list.size = 0;
  while (at < end) {
    const std::uint32_t header = cell(table, at++);
    std::uint64_t length = (header >> 3) & 31;
    if (length == kLongList && at < end) length = cell(table, at++);
    length = std::min(length, end - at);
    if (header >> 8 != fingerprint) {
      at += length;
      continue;
    }
    const std::uint32_t* probability = &probability_[(header & 7) * kPriorLevels];
    if (list.ranks.size() < length) {
      list.ranks.resize(length);
      list.cumulative.resize(length + 1);
    }
    std::uint32_t sum = 0;
    list.cumulative[0] = 0;
    for (std::uint64_t i = 0; i < length; ++i) {
      const std::uint32_t entry = cell(table, at + i);
      // A list ends where its ranks stop ascending.
      if (i > 0 && entry >> 3 <= list.ranks[i - 1]) {
        length = i;
        break;
      }
      list.ranks[i] = static_cast<std::uint16_t>(entry >> 3);
      sum = std::min(sum + probability[entry & 7], kMaxListedProbability);
      list.cumulative[i + 1] = sum;
    }
    list.size = static_cast<std::uint32_t>(length);
    return;
  }
}

}  // namespace czip::v2
