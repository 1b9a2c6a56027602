#include "czip/engine/v2/logistic.hpp"

namespace czip::v2 {
namespace {

constexpr std::uint64_t kOneQ48 = std::uint64_t{1} << 48;
constexpr std::uint64_t kExpStep = 280'377'609'773'053;  // exp(-1 / 256), Q48

// floor(a * b / 2^48), exact. a, b <= 2^48: the products of 24-bit halves (the upper ones up to
// 2^24) fit 64 bits.
constexpr std::uint64_t multiply_q48(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kLow = (1U << 24) - 1;
  const std::uint64_t middle = (a >> 24) * (b & kLow) + (a & kLow) * (b >> 24);
  const std::uint64_t low = (a & kLow) * (b & kLow);
  return (a >> 24) * (b >> 24) + ((middle + (low >> 24)) >> 24);
}

// The middle of the probabilities of an entry of the table of stretch().
constexpr std::uint32_t middle_of(std::uint32_t first, int shift) {
  return first + (1U << (shift - 1));
}

}  // namespace

// Computes exp(-x / 256) for x = 0, 1, 2, ..., each from the one before by a multiplication, which
// is off by less than 2^-36 in the end.
Logistic::Logistic() {
  constexpr auto kMiddle = std::size_t{kMaxStretch};
  std::uint64_t exp = kOneQ48;
  for (std::size_t x = 0; x <= kMiddle; ++x) {
    const std::uint64_t denominator = (kOneQ48 + exp) >> 10;  // Q38
    const std::uint64_t p = ((std::uint64_t{1} << 60) + denominator / 2) / denominator;
    const auto limited = static_cast<std::uint32_t>(std::min<std::uint64_t>(p, kMaxProbability));
    squash_[kMiddle + x] = limited;
    squash_[kMiddle - x] = kProbabilityOne - limited;  // squash(-x) = 1 - squash(x)
    exp = multiply_q48(exp, kExpStep);
  }
  // The inverse: an entry is the least x whose squash(x) reaches the middle of its probabilities.
  const auto fill = [this](std::size_t table, std::uint32_t first, int shift) {
    std::int32_t x = -kMaxStretch;
    for (std::size_t i = 0; i < kStretchEntries; ++i) {
      const std::uint32_t p = middle_of(first + (static_cast<std::uint32_t>(i) << shift), shift);
      while (x < kMaxStretch && squash(x) < p) ++x;
      stretch_[table * kStretchEntries + i] = static_cast<std::int16_t>(x);
    }
  };
  fill(0, 0, kSteepStretchShift);
  fill(1, kProbabilityOne - kSteepBelow, kSteepStretchShift);
  fill(2, 0, kStretchShift);
}

}  // namespace czip::v2
