// The tables of a czip-llm-v1 network (conformance/czip-network-llm.md, section 1), in integers.
//
// Each entry is rounded once from a number of fixed point with an error below 2^-40 (of an entry's
// unit: 2^-20), so it is the nearest integer unless the real number is that close to a tie.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/engine/llm/constants.hpp"
#include "czip/engine/llm/functions.hpp"
#include "czip/import/dyadic.hpp"

namespace czip::importer {

[[nodiscard]] llm::Exp2Table exp2_table();

enum class Activation : std::uint8_t {
  silu,       // x times the logistic function
  gelu_tanh,  // GELU's approximation: x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
};
[[nodiscard]] std::vector<std::uint32_t> gate_table(Activation activation);

// How fast pairs turn: pair i of a head by base^(-2 i / elements) / divisor i each position.
struct RotaryFrequencies {
  Dyadic base;
  std::uint32_t elements = 0;    // that are rotated, even
  std::vector<Dyadic> divisors;  // by pair; none: all are 1
};

// How Llama 3 slows down the pairs that turn less than `high` times in the positions that it was
// trained on at first: by `factor` those that turn less than `low` times, and by less those
// between. Source: the library `transformers`, its rope_type llama3.
struct Llama3Scaling {
  Dyadic factor;
  Dyadic low;
  Dyadic high;
  std::uint32_t positions = 0;
};
// The divisors of the pairs, within 2^-27 of the real number. Error unsupported: numbers that are
// not from 0 to 63, with low below high and a factor of 1 and more, or a base out of range.
Result<std::vector<Dyadic>> llama3_divisors(const RotaryFrequencies& frequencies,
                                            const Llama3Scaling& scaling);

// Cosines, then sines, of each position. Error unsupported: a base or divisor below 1 or above
// 2^30.
Result<std::vector<std::int16_t>> rotary_table(const RotaryFrequencies& frequencies,
                                               std::uint32_t positions);

}  // namespace czip::importer
