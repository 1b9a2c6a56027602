#include "czip/codec/v2/coding/prior.hpp"

#include <algorithm>
#include <string>

#include "czip/base/little_endian.hpp"
#include "czip/codec/v2/coding/hash.hpp"

namespace czip::v2 {
namespace {

constexpr std::size_t kIndexBytes = sizeof(std::uint32_t);

std::uint32_t cell(const PriorOrder& order, std::uint64_t i) {
  return load_le<std::uint16_t>(order.cells.data() + kPriorCellBytes * i);
}

std::uint64_t bucket_begin(const PriorOrder& order, std::uint64_t bucket) {
  return load_le<std::uint32_t>(order.index.data() + kIndexBytes * bucket);
}

std::uint64_t bucket_of(const PriorOrder& order, std::uint64_t hash) {
  return order.buckets_log2 == 0 ? 0 : place_of(hash, order.buckets_log2);
}

// The index is not trusted: a bucket has at most kMaxPriorBucketCells cells and ends where the
// cells end, whatever it says.
std::uint64_t bucket_end(const PriorOrder& order, std::uint64_t bucket) {
  return std::min({bucket_begin(order, bucket + 1),
                   bucket_begin(order, bucket) + kMaxPriorBucketCells,
                   std::uint64_t{order.cells.size() / kPriorCellBytes}});
}

}  // namespace

std::uint32_t prior_probability(std::uint32_t scale, std::uint32_t level) {
  std::uint32_t p = kPriorScaleProbability[scale];
  for (std::uint32_t i = 0; i < level; ++i) p = p * kPriorLevelNumerator / kPriorLevelDenominator;
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
    if (order0[r] > order0[prior.likeliest_]) prior.likeliest_ = static_cast<std::uint32_t>(r);
  }
  if (order0.size() > kMaxPriorRanks || prior.order0_cumulative_.back() > std::uint64_t{1} << 32 ||
      orders.size() > kMaxPriorOrder) {
    return fail(ErrorCode::corrupt,
                "the model's prior has too many ranks or orders, or its order-0 "
                "probabilities exceed 1");
  }
  for (std::uint32_t s = 0; s < kPriorScales; ++s) {
    for (std::uint32_t l = 0; l < kPriorLevels; ++l) {
      prior.probability_[s][l] = static_cast<std::uint16_t>(prior_probability(s, l));
    }
  }
  for (std::size_t k = 1; k <= orders.size(); ++k) {
    const PriorOrder& table = orders[k - 1];
    if (table.buckets_log2 > kMaxPriorBucketsLog2 || table.cells.size() % kPriorCellBytes != 0 ||
        table.index.size() != kIndexBytes * ((std::size_t{1} << table.buckets_log2) + 1)) {
      return fail(ErrorCode::corrupt, "the model's prior of order " + std::to_string(k) +
                                          " has tables of the wrong size");
    }
  }
  prior.orders_ = std::move(orders);
  return prior;
}

void Prior::prefetch_index(std::uint32_t order, std::uint64_t hash) const {
  const PriorOrder& table = orders_[order - 1];
  __builtin_prefetch(table.index.data() + kIndexBytes * bucket_of(table, hash));
}

void Prior::prefetch_cells(std::uint32_t order, std::uint64_t hash) const {
  const PriorOrder& table = orders_[order - 1];
  const std::uint64_t at = bucket_begin(table, bucket_of(table, hash));
  const std::uint64_t byte = kPriorCellBytes * at;
  if (byte < table.cells.size()) __builtin_prefetch(table.cells.data() + byte);
}

PriorList Prior::find(std::uint32_t order, std::uint64_t hash) const {
  const PriorOrder& table = orders_[order - 1];
  const std::uint64_t bucket = bucket_of(table, hash);
  const std::uint64_t end = bucket_end(table, bucket);
  std::uint64_t at = bucket_begin(table, bucket);
  const std::uint32_t fingerprint = prior_fingerprint(hash);
  while (at < end) {
    const PriorHeader header = unpack_prior_header(cell(table, at++));
    std::uint64_t length = header.length;
    if (length == kLongList && at < end) length = cell(table, at++);
    length = std::min(length, end - at);
    if (header.fingerprint == fingerprint)
      return {.cells = table.cells.data() + kPriorCellBytes * at,
              .size = static_cast<std::uint32_t>(length),
              .probability = &probability_[header.scale]};
    at += length;
  }
  return {};
}

}  // namespace czip::v2
