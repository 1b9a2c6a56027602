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

void update_all(SuccessorList& list, const std::vector<std::uint16_t>& ranks) {
  for (const std::uint16_t rank : ranks) list.update(rank);
}

// A hash whose place is in the group of four that `group` numbers, in a table of 16 places.
constexpr std::uint64_t in_group(std::uint64_t group, std::uint64_t check) {
  return group << 62 | check;
}

}  // namespace

TEST_CASE("a list has the latest token first, counts above 2 lose a quarter when another comes") {
  SuccessorList list{};
  list.update(5);
  CHECK(entries(list) == Entries{{5, 1}});
  CHECK(list.total == 1);
  CHECK(list.escapes == 1);
  list.update(7);
  CHECK(entries(list) == Entries{{7, 1}, {5, 1}});
  CHECK(list.escapes == 2);
  list.update(5);
  CHECK(entries(list) == Entries{{5, 2}, {7, 1}});
  CHECK(list.total == 3);
  CHECK(list.escapes == 2);  // 5 was in the list
  list.update(5);
  list.update(5);
  CHECK(entries(list) == Entries{{5, 4}, {7, 1}});  // what comes does not lose
  list.update(7);
  CHECK(entries(list) == Entries{{7, 2}, {5, 3}});  // (3 * 4 + 1) // 4
  list.update(8);
  CHECK(entries(list) == Entries{{8, 1}, {7, 2}, {5, 2}});  // (3 * 3 + 1) // 4
  list.update(9);
  CHECK(entries(list) == Entries{{9, 1}, {8, 1}, {7, 2}, {5, 2}});
  CHECK(list.total == 8);
  CHECK(list.escapes == 4);
}

TEST_CASE("a fifth token drops the oldest") {
  SuccessorList list{};
  update_all(list, {1, 2, 3, 4, 5});
  CHECK(entries(list) == Entries{{5, 1}, {4, 1}, {3, 1}, {2, 1}});
  CHECK(list.escapes == 5);
  list.update(1);  // forgotten, so it escapes
  CHECK(entries(list) == Entries{{1, 1}, {5, 1}, {4, 1}, {3, 1}});
  CHECK(list.escapes == 6);
}

TEST_CASE("entries behind the one that comes lose, too, and keep their order") {
  SuccessorList list{};
  update_all(list, {1, 1, 1, 1, 1, 2, 3});
  // 5 ones; then (3 * 5 + 1) // 4 = 4 and (3 * 4 + 1) // 4 = 3
  CHECK(entries(list) == Entries{{3, 1}, {2, 1}, {1, 3}});
  list.update(2);
  CHECK(entries(list) == Entries{{2, 2}, {3, 1}, {1, 2}});
}

TEST_CASE("counts stop at 255") {
  SuccessorList list{};
  for (int i = 0; i < 300; ++i) list.update(5);
  CHECK(entries(list) == Entries{{5, 255}});
  CHECK(list.total == 255);
  CHECK(list.escapes == 1);
  list.update(6);
  CHECK(entries(list) == Entries{{6, 1}, {5, 191}});  // (3 * 255 + 1) // 4
  for (std::uint16_t rank = 100; rank < 400; ++rank) list.update(rank);
  CHECK(list.escapes == 255);
  CHECK(list.total == 255);
}

TEST_CASE("a rank of 0 is a token like any other") {
  SuccessorList list{};
  list.update(0);
  list.update(0);
  CHECK(entries(list) == Entries{{0, 2}});
  CHECK(list.escapes == 1);
}

TEST_CASE("a context finds its place again by the low 16 bits of its hash, once it has a token") {
  SuccessorTable table(4);
  SuccessorList& first = table.find(in_group(2, 0x11111));
  CHECK(first.total == 0);
  CHECK(first.check == 0x1111);
  // Without a token the place stays free, and the next context takes it.
  CHECK(&table.find(in_group(2, 0x2222)) == &first);
  CHECK(first.check == 0x2222);
  first.update(5);
  CHECK(&table.find(in_group(2, 0x2222)) == &first);
  CHECK(&table.find(in_group(2, 0x32222)) == &first);  // the same 16 bits
  CHECK(entries(first) == Entries{{5, 1}});
  CHECK(&table.find(in_group(3, 0x2222)) != &first);  // another group
}

TEST_CASE("a group has four places; the least seen, the first of equals, is taken") {
  SuccessorTable table(4);
  const auto seen = [&](std::uint64_t check, int times) {
    SuccessorList& list = table.find(in_group(1, check));
    for (int i = 0; i < times; ++i) list.update(5);
    return &list;
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
