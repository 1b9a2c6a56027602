#include "network/attention_units.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "czip/engine/integer_math.hpp"
#include "czip/engine/llm/config.hpp"
#include "czip/engine/llm/constants.hpp"
#include "czip/import/network/factor.hpp"
#include "network/row_arithmetic.hpp"

namespace czip::importer {
namespace {

constexpr std::int64_t kSpread = 6;  // root mean squares
constexpr std::uint8_t kMostKeyShift = 10;
// From the usual shift of scores to the least.
constexpr std::uint8_t kMostQueryShift = 4;

// How large each output may become.
std::vector<std::int64_t> reaches(const OutputSizes& outputs, const Factor& unit) {
  std::vector<std::int64_t> result;
  for (std::size_t i = 0; i < outputs.norms.size(); ++i) {
    const std::int64_t bias =
        fixed_number({outputs.bias.mantissas[i], outputs.bias.exponent}, unit);
    const std::int64_t reach =
        (bias < 0 ? -bias : bias) + kSpread * fixed_number(outputs.norms[i], unit);
    result.push_back(std::min<std::int64_t>(reach, llm::kBound));
  }
  return result;
}

// Both elements of a rotated pair may become as large as the pair is long.
void join_pairs(const llm::Config& config, std::vector<std::int64_t>& reaches) {
  const std::size_t half = config.rotary / 2;
  for (std::size_t head = 0; head < reaches.size(); head += config.head_size)
    for (std::size_t i = head; i < head + half; ++i) {
      std::int64_t& a = reaches[i];
      std::int64_t& b = reaches[i + half];
      a = b = integer_sqrt(static_cast<std::uint64_t>(a * a + b * b));
    }
}

// The least shift to the right that brings a number to a bound, up to `most`.
std::uint8_t shift_to(std::int64_t number, std::int64_t bound, std::uint8_t most) {
  std::uint8_t shift = 0;
  while (shift < most && number > bound << shift) ++shift;
  return shift;
}

}  // namespace

int AttentionUnits::shift_of_query(const llm::Config& config, std::uint32_t element) const {
  const std::uint32_t head = element / config.head_size / (config.heads / config.kv_heads);
  return key_shifts[head * config.head_size + element % config.head_size];
}

AttentionUnits attention_units(const llm::Config& config, const OutputSizes& queries,
                               const Factor& query, const OutputSizes& keys, const Factor& key) {
  AttentionUnits units;
  std::vector<std::int64_t> sizes = reaches(keys, key);
  join_pairs(config, sizes);
  for (const std::int64_t size : sizes)
    units.key_shifts.push_back(shift_to(size, llm::kKeyBound, kMostKeyShift));
  sizes = reaches(queries, query);
  join_pairs(config, sizes);
  for (std::uint32_t i = 0; i < config.query_width(); ++i) {
    const int shift = units.shift_of_query(config, i);
    if (shift == 0) continue;
    units.query_shift =
        std::max(units.query_shift, shift_to(sizes[i] << shift, llm::kQueryBound, kMostQueryShift));
  }
  return units;
}

}  // namespace czip::importer
