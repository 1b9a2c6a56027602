// Sums over rows of exact numbers, for what an importer folds into a matrix or its biases.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "czip/import/dyadic.hpp"
#include "czip/import/network/factor.hpp"

namespace czip::importer {

// Bits of mantissas whose products can be summed up over a row of the widest residual, 2^14.
inline constexpr int kSummedBits = 24;

// Sum of a_i b_i, of mantissas of at most 24 bits each.
[[nodiscard]] Dyadic dot(const DyadicRow& a, const DyadicRow& b);

// The square root of the sum of squares, to 2^-22; limits the row's mantissas to 23 bits. The
// result has 30 bits at most.
[[nodiscard]] Dyadic norm(DyadicRow& row);

// The numbers with one exponent: what lies below 2^-53 of the largest is rounded.
[[nodiscard]] DyadicRow with_one_exponent(std::span<const Dyadic> numbers);

// a_i + b_i, of rows of the same length, rounded to 2^-51 of the largest number of both.
[[nodiscard]] DyadicRow sum(const DyadicRow& a, const DyadicRow& b);

// Takes the mean off each number. Mantissas are limited to 44 bits first, and the mean is rounded
// to one of them. Does nothing to an empty row.
void centre(DyadicRow& row);

// Takes the mean over a column off each of its numbers, of a matrix of fixed-point numbers of at
// most 2^29 in magnitude: so those of the result are below 2^30 - 1. The mean is rounded.
void centre_outputs(std::span<std::int32_t> matrix, std::size_t columns);

// round(mantissa * 2^exponent * factor), ties to even, limited to the format's bound. The mantissa
// has 30 bits at most.
[[nodiscard]] std::int32_t fixed_number(const Dyadic& number, const Factor& factor);

}  // namespace czip::importer
