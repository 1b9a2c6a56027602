// The places of lists; what a list learns is tested with its kernels
// (tests/engine/v2/successor_kernels_test.cpp).
#include "czip/codec/v2/coding/successor_table.hpp"

#include <doctest/doctest.h>

#include <array>
#include <utility>
#include <vector>

namespace czip::v2 {
namespace {

using Entries = std::vector<std::pair<int, int>>;  // rank, count; the latest first

Entries entries(const SuccessorList& list) {
  Entries all;
  for (std::size_t i = 0; i < kSuccessorsPerList && list.count[i] != 0; ++i) {
    all.emplace_back(list.rank[i], list.count[i]);
  }
  return all;
}

// A hash whose place is in the group of four that `group` numbers, in a table of 16 places.
constexpr std::uint64_t in_group(std::uint64_t group, std::uint64_t check) {
  return group << 62 | check;
}

}  // namespace

TEST_CASE("a context finds its place again by the low 16 bits of its hash, once it has a token") {
  SuccessorTable table(4);
  const std::uint32_t place = table.find(in_group(2, 0x11111));
  CHECK(place == 8);  // the first of the third group
  SuccessorList& first = table.lists()[place];
  CHECK(first.total == 0);
  CHECK(first.check == 0x1111);
  // Without a token the place stays free, and the next context takes it.
  CHECK(table.find(in_group(2, 0x2222)) == place);
  CHECK(first.check == 0x2222);
  first.update(5);
  CHECK(table.find(in_group(2, 0x2222)) == place);
  CHECK(table.find(in_group(2, 0x32222)) == place);  // the same 16 bits
  CHECK(entries(first) == Entries{{5, 1}});
  CHECK(table.find(in_group(3, 0x2222)) == 12);  // another group
}

TEST_CASE("a group has four places; the least seen, the first of equals, is taken") {
  SuccessorTable table(4);
  const auto seen = [&](std::uint64_t check, int times) {
    SuccessorList* const list = &table.lists()[table.find(in_group(1, check))];
    for (int i = 0; i < times; ++i) list->update(5);
    return list;
  };
  SuccessorList* const first = seen(10, 6);
  const auto totals = [&] {
    return std::array<int, 4>{first[0].total, first[1].total, first[2].total, first[3].total};
  };
  CHECK(totals() == std::array<int, 4>{6, 0, 0, 0});
  // A context that is new takes 1 from every total above 1.
  CHECK(seen(11, 1) == first + 1);
  CHECK(totals() == std::array<int, 4>{5, 1, 0, 0});
  CHECK(seen(12, 4) == first + 2);
  CHECK(totals() == std::array<int, 4>{4, 1, 4, 0});
  CHECK(seen(13, 1) == first + 3);
  CHECK(totals() == std::array<int, 4>{3, 1, 3, 1});
  CHECK(seen(10, 0) == first);  // one that is known takes nothing
  CHECK(totals() == std::array<int, 4>{3, 1, 3, 1});
  CHECK(seen(14, 0) == first + 1);
  CHECK(totals() == std::array<int, 4>{2, 0, 2, 1});
  CHECK(first[1].check == 14);
  CHECK(entries(first[1]).empty());
  CHECK(first[1].escapes == 0);
  CHECK(seen(11, 0) == first + 1);  // its list is gone
  CHECK(totals() == std::array<int, 4>{1, 0, 1, 1});
  CHECK(entries(first[0]) == Entries{{5, 6}});  // counts of tokens do not age so
}

}  // namespace czip::v2
