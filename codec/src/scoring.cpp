#include "czip/codec/scoring.hpp"

#include <bit>

namespace czip {
namespace {

constexpr int kGuardBits = 8;

// log2(x) with kCostFractionBits + kGuardBits fractional bits, rounded down. The mantissa, Q31, is
// squared for each bit.
constexpr std::uint32_t log2_of(std::uint32_t x) {
  const auto integer = static_cast<std::uint32_t>(std::bit_width(x)) - 1;
  auto mantissa = std::uint64_t{x} << (31 - integer);
  std::uint32_t log = integer;
  for (int i = 0; i < kCostFractionBits + kGuardBits; ++i) {
    mantissa = mantissa * mantissa >> 31;
    log <<= 1;
    if (mantissa >> 32 != 0) {
      log |= 1;
      mantissa >>= 1;
    }
  }
  return log;
}

}  // namespace

std::uint32_t code_length(std::uint32_t part, std::uint32_t whole) {
  return (log2_of(whole) - log2_of(part) + (1U << (kGuardBits - 1))) >> kGuardBits;
}

std::string_view predictor_part_name(PredictorPart part) {
  switch (part) {
    case PredictorPart::counters:
      return "counters";
    case PredictorPart::prior:
      return "prior";
    case PredictorPart::matches:
      return "matches";
    case PredictorPart::lists:
      return "lists";
    case PredictorPart::network:
      return "network";
    case PredictorPart::rest:
      return "rest";
  }
  return "";
}

}  // namespace czip
