// AVX2 level. vpmaddubsw saturates, so bytes are widened to 16 bits and multiplied by vpmaddwd,
// which adds two exact products to a 32-bit lane. A pass of rows and each tile of weights are
// widened once, in scratch.
#include <cstring>

#include "ops_avx2.hpp"
#include "vector_table.hpp"

namespace czip {
namespace {

__m256i widen_16_bytes(const void* p) { return _mm256_cvtepi8_epi16(Avx2Ops::load_128(p)); }

__m256i broadcast_pair(const std::int16_t* p) {
  std::int32_t value;
  std::memcpy(&value, p, sizeof(value));
  return _mm256_set1_epi32(value);
}

__m256i multiply_add(__m256i sum, __m256i a, __m256i b) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b));
}

struct Avx2Isa {
  using Ops = Avx2Ops;
  static constexpr std::size_t kTileOutputs = kDenseScratchOutputs;  // two vectors
  static constexpr std::size_t kStep = 2;                            // inputs per vpmaddwd lane
  static constexpr std::size_t kRowBlock = 4;  // two sums a row: with more, GCC spills
  static constexpr std::size_t kRowsPerPass = kDenseScratchRows;
  static constexpr std::size_t kValueGroup = 4;
  static_assert(kTileOutputs == 16 && kRowsPerPass % kRowBlock == 0);

  // Layout: [outputs / 16][inputs / 2][16 outputs][2 inputs].
  static bool pack(const MatrixI8& matrix, PackedMatrix& packed) {
    return pack_tiles<kTileOutputs, kStep>(matrix, packed, 0);
  }

  struct Inputs {
    Inputs(const std::int8_t* rows, std::size_t row_stride, std::size_t row_count, std::size_t cols,
           std::int16_t* scratch)
        : x(scratch + kDenseScratchOutputs * round_up(cols, kRowPadding)),
          stride(round_up(cols, kRowPadding)),
          steps(round_up(cols, kStep) / kStep) {
      for (std::size_t r = 0; r < row_count; ++r)
        for (std::size_t i = 0; i < stride; i += 16)
          _mm256_storeu_si256(reinterpret_cast<__m256i*>(x + r * stride + i),
                              widen_16_bytes(rows + r * row_stride + i));
    }
    std::int16_t* x;
    std::size_t stride;
    std::size_t steps;
  };

  struct TileWeights {
    TileWeights(const PackedMatrix& packed, std::size_t output, std::int16_t* scratch)
        : weights(scratch) {
      const std::size_t elements = round_up(packed.cols, kStep) * kTileOutputs;
      const std::int8_t* source = packed.weights.data() + output * round_up(packed.cols, kStep);
      for (std::size_t i = 0; i < elements; i += 16)
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(scratch + i), widen_16_bytes(source + i));
    }
    const std::int16_t* weights;
  };

  template <std::size_t kRows>
  static void product_of_rows(const std::int16_t* weights, std::size_t steps, const std::int16_t* x,
                              std::size_t stride, std::int32_t* y, std::size_t y_stride) {
    __m256i sum[kRows][2];
    for (std::size_t r = 0; r < kRows; ++r) sum[r][0] = sum[r][1] = _mm256_setzero_si256();
    for (std::size_t step = 0; step < steps; ++step) {
      const __m256i first = Ops::load_256(weights + step * kTileOutputs * kStep);
      const __m256i second = Ops::load_256(weights + step * kTileOutputs * kStep + 16);
      for (std::size_t r = 0; r < kRows; ++r) {
        const __m256i pair = broadcast_pair(x + r * stride + step * kStep);
        sum[r][0] = multiply_add(sum[r][0], first, pair);
        sum[r][1] = multiply_add(sum[r][1], second, pair);
      }
    }
    for (std::size_t r = 0; r < kRows; ++r) {
      Ops::store(y + r * y_stride, sum[r][0]);
      Ops::store(y + r * y_stride + 8, sum[r][1]);
    }
  }

  // kRows counts down to the block's actual size.
  template <std::size_t kRows = kRowBlock>
  static void tile_product(const TileWeights& tile, const Inputs& inputs, std::size_t first_row,
                           std::size_t rows, std::int32_t* y, std::size_t y_stride) {
    if (rows == kRows)
      product_of_rows<kRows>(tile.weights, inputs.steps, inputs.x + first_row * inputs.stride,
                             inputs.stride, y, y_stride);
    else if constexpr (kRows > 1)
      tile_product<kRows - 1>(tile, inputs, first_row, rows, y, y_stride);
  }

  // Keys: [positions / 8][dimensions / 2][8 positions][2].
  // Values: [positions / 2][64 dimensions][2 positions].
  static void append_key_value(const KvCache& cache, std::uint32_t position, const std::int8_t* key,
                               const std::int8_t* value) {
    std::int8_t* keys = cache.keys + std::size_t{position} / 8 * 8 * kHeadDim + position % 8 * 2;
    for (std::size_t i = 0; i < kHeadDim; i += 2) std::memcpy(keys + i * 8, key + i, 2);
    std::int8_t* values = cache.values + std::size_t{position} / 2 * 2 * kHeadDim + position % 2;
    for (std::size_t i = 0; i < kHeadDim; ++i) values[i * 2] = value[i];
  }

  template <std::size_t kBlocks>
  static void dot_key_blocks(const std::int16_t* query, const std::int8_t* keys,
                             std::int32_t* dots) {
    __m256i sum[kBlocks];
    for (std::size_t b = 0; b < kBlocks; ++b) sum[b] = _mm256_setzero_si256();
    for (std::size_t i = 0; i < kHeadDim; i += 2) {
      const __m256i pair = broadcast_pair(query + i);
      for (std::size_t b = 0; b < kBlocks; ++b)
        sum[b] = multiply_add(sum[b], widen_16_bytes(keys + b * 8 * kHeadDim + i * 8), pair);
    }
    for (std::size_t b = 0; b < kBlocks; ++b) Ops::store(dots + b * 8, sum[b]);
  }

  static void dot_keys(const std::int8_t* query, const std::int8_t* keys, std::size_t n,
                       std::int32_t* dots) {
    alignas(32) std::int16_t wide_query[kHeadDim];
    for (std::size_t i = 0; i < kHeadDim; i += 16)
      _mm256_store_si256(reinterpret_cast<__m256i*>(wide_query + i), widen_16_bytes(query + i));
    std::size_t t = 0;
    for (; t + 64 <= n; t += 64) dot_key_blocks<8>(wide_query, keys + t * kHeadDim, dots + t);
    for (; t + 16 <= n; t += 16) dot_key_blocks<2>(wide_query, keys + t * kHeadDim, dots + t);
    for (; t < n; t += 8) dot_key_blocks<1>(wide_query, keys + t * kHeadDim, dots + t);
  }

  // Half of the dimensions at a time: four vectors each of low and high sums.
  static void weighted_values(const std::int8_t* values, const std::uint8_t* weight_low,
                              const std::uint8_t* weight_high, std::size_t begin, std::size_t end,
                              SegmentSums& sums) {
    for (std::size_t half = 0; half < 2; ++half) {
      __m256i low[4];
      __m256i high[4];
      for (std::size_t d = 0; d < 4; ++d) low[d] = high[d] = _mm256_setzero_si256();
      for (std::size_t t = begin - begin % kValueGroup; t < end; t += 2) {
        const __m256i pair_low = broadcast_bytes(weight_low + t);
        const __m256i pair_high = broadcast_bytes(weight_high + t);
        for (std::size_t d = 0; d < 4; ++d) {
          const __m256i pair_values = widen_16_bytes(values + t * kHeadDim + (half * 4 + d) * 16);
          low[d] = multiply_add(low[d], pair_values, pair_low);
          high[d] = multiply_add(high[d], pair_values, pair_high);
        }
      }
      for (std::size_t d = 0; d < 4; ++d) {
        Ops::store(sums.low + (half * 4 + d) * 8, low[d]);
        Ops::store(sums.high + (half * 4 + d) * 8, high[d]);
      }
    }
  }

  // Two unsigned bytes as a pair of 16-bit integers in every lane.
  static __m256i broadcast_bytes(const std::uint8_t* p) {
    return _mm256_set1_epi32(p[0] | p[1] << 16);
  }
};

}  // namespace

const Kernels kAvx2Kernels = make_vector_kernels<Avx2Isa>(SimdLevel::avx2);

}  // namespace czip
