// The numbers that a tensor's bytes stand for, in integers: equal on every machine.
//
// Formats with half-precision scales (all but F32 and BF16) are exact: d * scale * q - dmin * min
// and the like are integers times 2^-24 (2^-27 for IQ2_XXS), since every finite half is an integer
// below 2^40 times 2^-24. The largest product is Q6_K's, |d| * 128 * 32 < 2^52.
//
// F32 and BF16 have a wider range. The row's exponent is that of its largest number less 29, so
// that mantissas are below 2^53. Numbers whose last bit lies lower are rounded, ties to even: an
// error of at most 2^-53 of the row's largest magnitude. A number of 24 bits is exact unless it is
// smaller than 2^-29 of the largest.
//
// Source: ggml's dequantize_row_* (ggml-quants.c), whose floats are these numbers rounded.
#pragma once

#include <cstdint>

#include "czip/base/error.hpp"
#include "czip/import/dyadic.hpp"
#include "czip/import/tensors.hpp"

namespace czip::importer {

// Reads row `index` < tensor.rows(). `row` is overwritten; its memory is used again. Errors:
// corrupt for a scale or number that is infinite or not a number, unsupported for rows longer than
// kMaxColumns.
Status read_row(const Tensor& tensor, std::uint64_t index, DyadicRow& row);

}  // namespace czip::importer
