// Tables of one order of the prior, written cell by cell. Format: conformance/czip-model-v2.md.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "czip/codec/v2/coding/prior.hpp"

namespace czip::test {

[[nodiscard]] constexpr std::uint16_t prior_header(std::uint32_t fingerprint, std::uint32_t entries,
                                                   std::uint32_t scale) {
  return static_cast<std::uint16_t>(fingerprint << 8 | entries << 3 | scale);
}
[[nodiscard]] constexpr std::uint16_t prior_entry(std::uint32_t rank, std::uint32_t level) {
  return static_cast<std::uint16_t>(rank << 3 | level);
}

class PriorTables {
 public:
  // `index` has a power of two and 1 entries.
  PriorTables(const std::vector<std::uint32_t>& index, const std::vector<std::uint16_t>& cells)
      : index_(4 * index.size()),
        cells_(2 * cells.size()),
        buckets_log2_(static_cast<std::uint32_t>(std::countr_zero(index.size() - 1))) {
    for (std::size_t i = 0; i < index.size(); ++i) store_le(&index_[4 * i], index[i]);
    for (std::size_t i = 0; i < cells.size(); ++i) store_le(&cells_[2 * i], cells[i]);
  }
  // Refers to this.
  [[nodiscard]] v2::PriorOrder order() const { return {index_, cells_, buckets_log2_}; }

 private:
  std::vector<std::uint8_t> index_;
  std::vector<std::uint8_t> cells_;
  std::uint32_t buckets_log2_;
};

}  // namespace czip::test
