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

Result<std::vector<std::int16_t>> rotary_table(const RotaryFrequencies& frequencies,
                                               std::uint32_t positions) {
  const std::uint32_t pairs = frequencies.elements / 2;
  if (!in_range(frequencies.base))
    return fail(ErrorCode::unsupported, "the base of rotary positions is not from 1 to 2^30");
  const auto log_base = static_cast<std::uint64_t>(log2_of(frequencies.base));
  std::vector<std::uint64_t> turns(pairs);  // by position, Q64
  for (std::uint64_t i = 0; i < pairs; ++i) {
    // i / pairs of the logarithm, without a product of more than 64 bits.
    std::uint64_t log = log_base / pairs * i + log_base % pairs * i / pairs;
    if (!frequencies.divisors.empty()) {
      const Dyadic& divisor = frequencies.divisors[static_cast<std::size_t>(i)];
      if (!in_range(divisor))
        return fail(ErrorCode::unsupported, "a divisor of rotary positions is not from 1 to 2^30");
      log += static_cast<std::uint64_t>(log2_of(divisor));
    }
    turns[static_cast<std::size_t>(i)] = multiply_high(exp2_of_minus(log) << 1, kInverseTwoPi) << 1;
  }
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
