// The tables of the prior, written out cell by cell. Training has tests of its own.
#include "czip/codec/v2/coding/prior.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "support/prior_tables.hpp"

namespace czip::v2 {
namespace {

using test::prior_entry;
using test::prior_header;
using test::PriorTables;

std::vector<std::uint32_t> even_order0() { return std::vector<std::uint32_t>(16, 1 << 28); }

struct Entry {
  std::uint32_t rank;
  std::uint32_t probability;  // Q16
  friend bool operator==(const Entry&, const Entry&) = default;
};
using Found = std::vector<Entry>;

Found find(const PriorTables& tables, std::uint64_t hash) {
  const auto prior = Prior::create(even_order0(), {tables.order()});
  REQUIRE(prior.has_value());
  const PriorList list = prior->find(1, hash);
  Found found;
  for (std::uint32_t i = 0; i < list.size; ++i)
    found.push_back({list.entry(i).rank, list.probability_at(i)});
  return found;
}

// In the bucket with that number, of 2^2; the fingerprint is bits 8 to 15.
constexpr std::uint64_t hash_of(std::uint64_t bucket, std::uint64_t fingerprint) {
  return bucket << 62 | fingerprint << 8 | 0xff;
}

}  // namespace

TEST_CASE("probabilities by scale and level") {
  const std::vector<std::uint32_t> level_0{62915, 44488, 31457, 22244, 15729, 11122, 5561, 2780};
  for (std::uint32_t scale = 0; scale < 8; ++scale) {
    CHECK(prior_probability(scale, 0) == level_0[scale]);
  }
  // Each level is 10 / 17 of the one before, rounded down: 37008.8, 21769.4, 12805.3, 7532.4,
  // 4430.6, 2605.9, 1532.4
  const std::vector<std::uint32_t> scale_0{62915, 37008, 21769, 12805, 7532, 4430, 2605, 1532};
  for (std::uint32_t level = 0; level < 8; ++level) {
    CHECK(prior_probability(0, level) == scale_0[level]);
  }
  // 1635.3, 961.8, 565.3, 332.4, 195.3, 114.7, 67.1
  CHECK(prior_probability(7, 7) == 67);
}

TEST_CASE("order 0 is added up") {
  const std::vector<std::uint32_t> order0{5, 1, 7};
  const auto prior = Prior::create(order0, {});
  REQUIRE(prior.has_value());
  CHECK(prior->orders() == 0);
  CHECK(prior->order0_cumulative(0) == 0);
  CHECK(prior->order0_cumulative(1) == 5);
  CHECK(prior->order0_cumulative(2) == 6);
  CHECK(prior->order0_cumulative(3) == 13);
  CHECK(prior->size() == 3);
  CHECK(prior->likeliest() == 2);
}

TEST_CASE("the likeliest rank of order 0 is the first of several") {
  const std::vector<std::uint32_t> order0{5, 7, 7, 1};
  CHECK(Prior::create(order0, {})->likeliest() == 1);
}

TEST_CASE("a context is found by its bucket and its fingerprint") {
  // Bucket 0: fingerprint 7 with 3 (scale 1, level 0) and 9 (level 1), fingerprint 8 with 4.
  // Bucket 1: none. Bucket 2: fingerprint 7 with 5. Bucket 3: none.
  const PriorTables tables(
      {0, 5, 5, 7, 7},
      {prior_header(7, 2, 1), prior_entry(3, 0), prior_entry(9, 1), prior_header(8, 1, 7),
       prior_entry(4, 7), prior_header(7, 1, 0), prior_entry(5, 0)});
  // 44488 * 10 // 17 = 26169
  CHECK(find(tables, hash_of(0, 7)) == Found{{3, 44488}, {9, 26169}});
  CHECK(find(tables, hash_of(0, 8)) == Found{{4, 67}});
  CHECK(find(tables, hash_of(0, 9)) == Found{});
  CHECK(find(tables, hash_of(1, 7)) == Found{});
  CHECK(find(tables, hash_of(2, 7)) == Found{{5, 62915}});
  CHECK(find(tables, hash_of(3, 7)) == Found{});
}

TEST_CASE("the first of two lists with one fingerprint counts, even if it is empty") {
  const PriorTables tables({0, 4, 4, 4, 4}, {prior_header(7, 1, 0), prior_entry(1, 0),
                                             prior_header(7, 1, 0), prior_entry(2, 0)});
  CHECK(find(tables, hash_of(0, 7)) == Found{{1, 62915}});
  const PriorTables empty({0, 3, 3, 3, 3},
                          {prior_header(7, 0, 0), prior_header(7, 1, 0), prior_entry(2, 0)});
  CHECK(find(empty, hash_of(0, 7)) == Found{});
}

TEST_CASE("a list of 31 entries or more has its length in a cell of its own") {
  std::vector<std::uint16_t> cells{prior_header(7, 31, 7), 40};
  for (std::uint16_t rank = 0; rank < 40; ++rank) cells.push_back(prior_entry(rank, 7));
  cells.insert(cells.end(), {prior_header(8, 1, 7), prior_entry(4, 7)});
  const PriorTables tables({0, 44, 44, 44, 44}, cells);
  const Found found = find(tables, hash_of(0, 7));
  REQUIRE(found.size() == 40);
  CHECK(found[0] == Entry{0, 67});
  CHECK(found[39] == Entry{39, 67});
  CHECK(find(tables, hash_of(0, 8)) == Found{{4, 67}});
}

TEST_CASE("a list ends where its bucket does, whatever its cells hold") {
  const PriorTables tables({0, 4, 4, 4, 4}, {prior_header(7, 3, 7), prior_entry(5, 7),
                                             prior_entry(6, 7), prior_entry(6, 7)});
  CHECK(find(tables, hash_of(0, 7)) == Found{{5, 67}, {6, 67}, {6, 67}});
  // Bucket 0 ends inside the list, though the cells go on.
  const PriorTables cut({0, 3, 3, 3, 3}, {prior_header(7, 3, 7), prior_entry(5, 7),
                                          prior_entry(6, 7), prior_entry(7, 7)});
  CHECK(find(cut, hash_of(0, 7)) == Found{{5, 67}, {6, 67}});
  // The index reaches past the cells.
  const PriorTables past({0, 1000, 1000, 1000, 1000}, {prior_header(7, 3, 7), prior_entry(5, 7)});
  CHECK(find(past, hash_of(0, 7)) == Found{{5, 67}});
  // The index descends: no bucket.
  const PriorTables descending({4, 0, 0, 0, 0}, {prior_header(7, 1, 7), prior_entry(5, 7)});
  CHECK(find(descending, hash_of(0, 7)) == Found{});
}

TEST_CASE("a bucket ends after 131072 cells, so that no lookup is slow") {
  // The bucket's first context has as many cells as bring the next header to `header`.
  const auto found_at = [](std::size_t header) {
    std::vector<std::uint16_t> cells;
    while (cells.size() < header) {
      const std::size_t length = std::min<std::size_t>(header - cells.size() - 1, 30);
      cells.push_back(prior_header(8, static_cast<std::uint32_t>(length), 0));
      cells.resize(cells.size() + length, prior_entry(1, 0));
    }
    cells.insert(cells.end(), {prior_header(7, 2, 7), prior_entry(5, 7), prior_entry(6, 7)});
    const auto size = static_cast<std::uint32_t>(cells.size());
    return find(PriorTables({0, size, size, size, size}, cells), hash_of(0, 7));
  };
  CHECK(found_at(131069) == Found{{5, 67}, {6, 67}});
  CHECK(found_at(131070) == Found{{5, 67}});
  CHECK(found_at(131071) == Found{});
  CHECK(found_at(131072) == Found{});
}

}  // namespace czip::v2
