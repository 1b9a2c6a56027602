#include "czip/import/network/tables.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/engine/integer_math.hpp"
#include "czip/engine/llm/constants.hpp"
#include "czip/engine/llm/functions.hpp"
#include "czip/import/dyadic.hpp"
#include "network/real_functions.hpp"

namespace czip::importer {
namespace {

constexpr std::uint64_t kLog2E = 0xb8aa3b295c17f0bc;         // log2(e), Q63
constexpr std::uint64_t kInverseTwoPi = 0x28be60db9391054a;  // 1 / (2 pi), Q64
// 2 sqrt(2 / pi) log2(e), Q62, and that times 0.044715, Q64
constexpr std::uint64_t kGeluLinear = 0x9357610de73aca5e;
constexpr std::uint64_t kGeluCubic = 0x1a5a7cf7572a9792;
constexpr std::uint32_t kStepsOfOne = 128;  // of the gate
constexpr int kScalingBits = 20;            // of the numbers of a scaling

std::uint64_t rounded(std::uint64_t result, int bits) {
  const int shift = kResultBits - bits;
  return (result + (std::uint64_t{1} << (shift - 1))) >> shift;
}

// x log2(e), Q56, of x = i / 128.
std::uint64_t silu_exponent(std::uint64_t i) { return multiply_high(i << 50, kLog2E); }

// 2 sqrt(2 / pi) (x + 0.044715 x^3) log2(e), Q56, of x = i / 128 below 8.
std::uint64_t gelu_exponent(std::uint64_t i) {
  return multiply_high(i << 51, kGeluLinear) + multiply_high(i * i * i << 34, kGeluCubic) * 2;
}

bool in_range(const Dyadic& x) {
  if (x.mantissa <= 0 || x.exponent < -63 || x.exponent > 63) return false;
  constexpr int kMostBits = 30;
  const std::int64_t log = log2_of(x);
  return log >= 0 && log <= std::int64_t{kMostBits} << kLogBits;
}

// How far each pair turns from one position to the next, in turns, Q64, without divisors.
Result<std::vector<std::uint64_t>> turns_of_pairs(const RotaryFrequencies& frequencies) {
  if (!in_range(frequencies.base))
    return fail(ErrorCode::unsupported, "the base of rotary positions is not from 1 to 2^30");
  const std::uint64_t pairs = frequencies.elements / 2;
  const auto log_base = static_cast<std::uint64_t>(log2_of(frequencies.base));
  std::vector<std::uint64_t> turns;
  for (std::uint64_t i = 0; i < pairs; ++i) {
    // i / pairs of the logarithm, without a product of more than 64 bits.
    std::uint64_t log = log_base / pairs * i + log_base % pairs * i / pairs;
    if (!frequencies.divisors.empty()) {
      const Dyadic& divisor = frequencies.divisors[static_cast<std::size_t>(i)];
      if (!in_range(divisor))
        return fail(ErrorCode::unsupported, "a divisor of rotary positions is not from 1 to 2^30");
      log += static_cast<std::uint64_t>(log2_of(divisor));
    }
    turns.push_back(multiply_high(exp2_of_minus(log) << 1, kInverseTwoPi) << 1);
  }
  return turns;
}

// A number from 0 to 63, Q20; -1 for others.
std::int64_t small_number(const Dyadic& number) {
  constexpr std::int64_t kMost = std::int64_t{63} << kScalingBits;
  std::int32_t fixed = 0;
  DyadicRow row{{number.mantissa}, number.exponent};
  limit_mantissas(row, 53);
  const bool saturated = to_fixed_point(row, kScalingBits, {&fixed, 1}) != 0;
  return saturated || fixed < 0 || fixed > kMost ? -1 : fixed;
}

std::int16_t rotary_entry(std::int64_t result) {
  const auto size = static_cast<std::int16_t>(rounded(magnitude(result), llm::kRotaryBits));
  return static_cast<std::int16_t>(result < 0 ? -size : size);
}

}  // namespace

llm::Exp2Table exp2_table() {
  llm::Exp2Table table{};
  for (std::size_t i = 0; i < llm::kExp2Half; ++i) {
    const std::uint64_t power = i;
    const std::uint64_t coarse = rounded(exp2_of_minus(power << (kLogBits - 4)), 16);
    const std::uint64_t fine = rounded(exp2_of_minus(power << (kLogBits - 8)), 16);
    table[i] = static_cast<std::uint16_t>(std::min<std::uint64_t>(coarse, llm::kFirstExp2));
    table[llm::kExp2Half + i] =
        static_cast<std::uint16_t>(std::min<std::uint64_t>(fine, llm::kFirstExp2));
  }
  return table;
}

std::vector<std::uint32_t> gate_table(Activation activation) {
  constexpr int kGateBits = 20;
  constexpr std::uint64_t kGeluLast = 8 * kStepsOfOne;  // 1 - 2^-71 there
  std::vector<std::uint32_t> table(llm::kGateEntries, llm::kGateOne);
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (activation == Activation::gelu_tanh && i >= kGeluLast) break;
    const std::uint64_t y = activation == Activation::silu ? silu_exponent(i) : gelu_exponent(i);
    table[i] = static_cast<std::uint32_t>(rounded(logistic_of_log2(y), kGateBits));
  }
  return table;
}

Result<std::vector<Dyadic>> llama3_divisors(const RotaryFrequencies& frequencies,
                                            const Llama3Scaling& scaling) {
  constexpr int kTurnBits = 30;
  constexpr std::int64_t kOne = std::int64_t{1} << kTurnBits;
  const std::int64_t factor = small_number(scaling.factor);
  const std::int64_t low = small_number(scaling.low);
  const std::int64_t high = small_number(scaling.high);
  if (factor < std::int64_t{1} << kScalingBits || low < 0 || high <= low ||
      scaling.positions > std::uint32_t{1} << kTurnBits)
    return fail(ErrorCode::unsupported, "the scaling of rotary positions is out of range");
  CZIP_TRY_ASSIGN(const auto turns, turns_of_pairs(frequencies));
  std::vector<Dyadic> divisors;
  for (const std::uint64_t turn : turns) {
    // Q30; at most 2^57, and below 2^36 where it lies between low and high.
    const auto times = static_cast<std::int64_t>(
        multiply_high(turn, std::uint64_t{scaling.positions} << kTurnBits));
    const std::int64_t above = std::max<std::int64_t>(times - (low << 10), 0);
    const std::int64_t between = (high - low) << 10;
    const std::int64_t share = above >= between ? kOne : (above << 27) / (between >> 3);
    // factor / (1 + share (factor - 1)), Q27
    const std::int64_t by = kOne + (share * (factor - (std::int64_t{1} << kScalingBits)) >> 20);
    divisors.push_back({(factor << 37) / by, -27});
  }
  return divisors;
}

Result<std::vector<std::int16_t>> rotary_table(const RotaryFrequencies& frequencies,
                                               std::uint32_t positions) {
  CZIP_TRY_ASSIGN(const auto turns, turns_of_pairs(frequencies));
  const auto pairs = static_cast<std::uint32_t>(turns.size());
  std::vector<std::int16_t> table(std::size_t{positions} * frequencies.elements);
  for (std::uint64_t p = 0; p < positions; ++p) {
    std::int16_t* const row = &table[static_cast<std::size_t>(p) * frequencies.elements];
    for (std::uint32_t i = 0; i < pairs; ++i) {
      const auto [cosine, sine] = cosine_and_sine(p * turns[i]);
      row[i] = rotary_entry(cosine);
      row[pairs + i] = rotary_entry(sine);
    }
  }
  return table;
}

}  // namespace czip::importer
