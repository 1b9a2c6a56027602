// The contexts of czip-v2-coding.md, section 7: the table there, entry by entry.
#include "czip/codec/v2/coding/contexts.hpp"

#include <doctest/doctest.h>

#include <string>

#include "czip/codec/v2/coding/hash.hpp"

namespace czip::v2 {
namespace {

std::uint64_t hash(std::uint64_t h, std::uint64_t v) { return hash_combine(h, v); }

// List i's context: H(H(H(a, b), c), i + 1).
std::uint64_t list_context(std::size_t i, std::uint64_t a, std::uint64_t b = 0,
                           std::uint64_t c = 0) {
  return hash(hash(hash(a, b), c), i + 1);
}

std::uint64_t word_hash(std::string_view letters) {
  std::uint64_t h = 0;
  for (const char c : letters) h = hash(h, static_cast<unsigned char>(c) + 1u);
  return h;
}

Contexts contexts_of(const History& history) {
  Contexts contexts;
  set_contexts(history, contexts);
  return contexts;
}

}  // namespace

TEST_CASE("before the text, every token is the one that there is none") {
  const Contexts contexts = contexts_of(History(0));
  std::uint64_t order = 0;
  CHECK(contexts.order[0] == 0);
  for (std::size_t k = 1; k <= 6; ++k) {
    order = hash(order, 65536);
    CHECK(contexts.order[k] == order);
  }
  CHECK(contexts.word == hash(0, 65535));
  CHECK(contexts.list[8] == list_context(8, 65536, 65536));
}

TEST_CASE("orders are hashes of the last tokens, the latest first") {
  History history(8);
  for (std::uint32_t rank = 11; rank <= 17; ++rank) history.append(rank, "x");
  const Contexts contexts = contexts_of(history);
  std::uint64_t order = 0;
  for (std::uint32_t k = 1; k <= 6; ++k) {
    order = hash(order, 18 - k + 1);  // rank 17 is the last: + 1
    CHECK(contexts.order[k] == order);
  }
  CHECK(contexts.list[0] == list_context(0, contexts.order[1]));
  CHECK(contexts.list[1] == list_context(1, contexts.order[2]));
  CHECK(contexts.list[2] == list_context(2, contexts.order[3]));
  CHECK(contexts.list[3] == list_context(3, contexts.order[4]));
  CHECK(contexts.list[4] == list_context(4, contexts.order[6]));
  CHECK(kSuccessorListOrders == std::array<std::uint32_t, 5>{1, 2, 3, 4, 6});
}

TEST_CASE("every list's context is that of the table") {
  History history(32);
  // Two lines: "  id=7,(\n" and " Ab cD;e", in which all that the table names is different.
  history.append(20, "  ");
  history.append(21, "id");
  history.append(22, "=");
  history.append(23, "7");
  history.append(24, ",");
  history.append(25, "(");
  history.append(26, "\n");
  history.append(30, " ");
  history.append(31, "Ab");
  history.append(32, " cD");
  history.append(33, ";");
  history.append(34, "e");
  const Contexts contexts = contexts_of(history);
  const std::uint64_t t1 = 34, t2 = 33, t3 = 32;
  const std::uint64_t word = word_hash("e"), word_1 = word_hash("cd"), word_2 = word_hash("ab");
  const std::uint64_t line_start = hash(1, 31 + 1);
  const std::uint64_t previous_line_start = hash(1, 21 + 1);
  const std::uint64_t key = hash(word_hash("id"), '=');
  const std::uint64_t bracket = hash(hash('(', 24 + 1), 7);
  // " Ab cD;e" has 8 columns; the line before, "  id=7,(", ends with its newline at column 8.
  const std::uint64_t above = 26;
  // Field 1, one token into it; the line before has its field 1 from token 5 on: "(", newline.
  const std::uint64_t above_in_field = 26;
  CHECK(contexts.word == hash(word, 0));
  CHECK(contexts.list[5] == list_context(5, word, word_1));
  CHECK(contexts.list[6] == list_context(6, line_start, t1));
  CHECK(contexts.list[7] == list_context(7, above, t1, kNoToken));
  CHECK(contexts.list[8] == list_context(8, t2 + 1, t3 + 1));
  CHECK(contexts.list[9] == list_context(9, t1 + 1, t3 + 1));
  CHECK(contexts.list[10] == list_context(10, word, word_1, word_2));
  CHECK(contexts.list[11] == list_context(11, word, word_2));
  CHECK(contexts.list[12] == list_context(12, key, t1));
  CHECK(contexts.list[13] == list_context(13, bracket, t1));
  CHECK(contexts.list[14] == list_context(14, above_in_field, 1, 1));
  CHECK(contexts.list[15] == list_context(15, 1, previous_line_start, t1));
}

TEST_CASE("above are the first and the second token of the line before from this column on") {
  History history(8);
  history.append(1, "ab");
  history.append(2, "cd");
  history.append(3, "ef");
  history.append(4, "\n");
  history.append(5, "xy");
  CHECK(contexts_of(history).list[7] == list_context(7, 2, 5, 3));
}

TEST_CASE("between words, the word's context is the last token") {
  History history(8);
  history.append(9, "ab ");
  CHECK(contexts_of(history).word == hash(0, 9));
  CHECK(contexts_of(history).list[5] == list_context(5, 0, word_hash("ab")));
}

}  // namespace czip::v2
