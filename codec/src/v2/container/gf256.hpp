// The Reed-Solomon code of recovery records, over the field of 256 elements.
//
// Arithmetic: polynomials modulo x^8 + x^4 + x^3 + x^2 + 1 (0x11d). Code: systematic, with a Cauchy
// matrix (Bloemer et al. 1995, "An XOR-Based Erasure-Resilient Coding Scheme"), of which every
// square part can be inverted: any k of k + m shards give the others. ISA-L's
// gf_gen_cauchy1_matrix makes the same matrix.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace czip::v2 {

[[nodiscard]] std::uint8_t gf_multiply(std::uint8_t a, std::uint8_t b);
// `a` must not be 0.
[[nodiscard]] std::uint8_t gf_inverse(std::uint8_t a);

// to += factor * from, byte by byte; both are of one size.
void gf_multiply_add(std::uint8_t factor, std::span<const std::uint8_t> from,
                     std::span<std::uint8_t> to);

// How much data shard `column` contributes to parity shard `row`, of k data shards. k + row < 256.
[[nodiscard]] std::uint8_t parity_factor(std::size_t k, std::size_t row, std::size_t column);

// The inverse of an n x n matrix, row by row; empty where there is none.
[[nodiscard]] std::vector<std::uint8_t> gf_invert(std::vector<std::uint8_t> matrix, std::size_t n);

}  // namespace czip::v2
