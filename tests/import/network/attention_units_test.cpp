// Units of queries and keys, by hand.
#include "network/attention_units.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "czip/import/network/factor.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;

// Two query heads and one of keys, with pairs (i, i + 8).
llm::Config small_heads(std::uint32_t rotary) {
  llm::Config config;
  config.heads = 2;
  config.kv_heads = 1;
  config.head_size = 16;
  config.rotary = rotary;
  return config;
}

OutputSizes sizes(std::size_t outputs, std::int64_t norm) {
  return {{std::vector<std::int64_t>(outputs), 0}, std::vector<Dyadic>(outputs, {norm, 0})};
}

AttentionUnits units_of(std::uint32_t rotary, const OutputSizes& queries, const OutputSizes& keys) {
  return attention_units(small_heads(rotary), queries, power_of_two(12), keys, power_of_two(7));
}

TEST_CASE("attention units: those of small biases are the usual ones") {
  OutputSizes keys = sizes(16, 1);
  keys.bias.mantissas[3] = 12;
  const AttentionUnits units = units_of(16, sizes(32, 4), keys);
  CHECK(units.key_shifts == std::vector<std::uint8_t>(16));
  CHECK(units.query_shift == 0);
}

TEST_CASE("attention units: a large bias moves its pair, in all heads that share the key") {
  OutputSizes keys = sizes(16, 1);
  keys.bias.mantissas[3] = -240;  // with six norms and its partner 246.07, below 256
  OutputSizes queries = sizes(32, 0);
  AttentionUnits units = units_of(16, queries, keys);
  std::vector<std::uint8_t> expected(16);
  expected[3] = expected[11] = 3;
  CHECK(units.key_shifts == expected);
  CHECK(units.query_shift == 0);
  CHECK(units.shift_of_query(small_heads(16), 3) == 3);
  CHECK(units.shift_of_query(small_heads(16), 16 + 11) == 3);
  CHECK(units.shift_of_query(small_heads(16), 16 + 12) == 0);

  queries.bias.mantissas[16 + 11] = -7;  // 56 after the shift; queries end at 16
  queries.bias.mantissas[5] = 100;       // is not moved, and limited as always
  units = units_of(16, queries, keys);
  CHECK(units.query_shift == 2);
  CHECK(units.key_shifts == expected);
}

TEST_CASE("attention units: elements that are not rotated stand alone, and shifts have an end") {
  OutputSizes keys = sizes(16, 0);
  keys.bias.mantissas[3] = 64;
  keys.bias.mantissas[4] = 1 << 29;
  OutputSizes queries = sizes(32, 0);
  queries.bias.mantissas[4] = 1 << 20;
  const AttentionUnits units = units_of(0, queries, keys);
  std::vector<std::uint8_t> expected(16);
  expected[3] = 2;  // the bound is a step less than 32
  expected[4] = 10;
  CHECK(units.key_shifts == expected);
  CHECK(units.query_shift == 4);
}

}  // namespace
}  // namespace czip::test
