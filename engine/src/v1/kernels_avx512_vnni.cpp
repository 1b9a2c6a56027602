// AVX-512 VNNI level. vpdpbusd multiplies unsigned by signed bytes and adds four products to each
// 32-bit lane without saturation. Weights and keys are stored plus 128, as unsigned bytes; what
// that adds, 128 times the sum of the activations, is taken off the accumulator's start value. Sums
// in between are at most 255 * 127 * 65536 < 2^31.
#include "simd/avx512_keys.hpp"
#include "simd/ops_avx512.hpp"
#include "v1/kernels.hpp"
#include "v1/vector_table.hpp"

namespace czip::v1 {
namespace {

using namespace simd;

struct Avx512VnniIsa {
  using Ops = Avx512Ops;
  static constexpr std::size_t kTileOutputs = 32;  // two vectors of outputs
  static constexpr std::size_t kStep = 4;          // inputs per vpdpbusd lane
  static constexpr std::size_t kStepBytes = kTileOutputs * kStep;
  static constexpr std::size_t kRowBlock = 8;  // two sums a row: 16 of the 32 registers
  // A burst of fetches would stall the products; with each step, one hides among them.
  static constexpr bool kFetchesAhead = true;
  static constexpr std::size_t kRowsPerPass = 256;
  static constexpr std::size_t kHeadsPerPass = 3;  // four blocks of keys each: 12 sums
  static constexpr std::size_t kValueGroup = 4;

  // Layout: [outputs / 32][inputs / 4][32 outputs][4 inputs].
  static bool pack(const MatrixI8& matrix, simd::PackedMatrix& packed) {
    return pack_tiles<kTileOutputs, kStep>(matrix, packed, 128);
  }

  struct Inputs {
    Inputs(const std::int8_t* rows, std::size_t row_stride, std::size_t row_count, std::size_t cols,
           std::int16_t*)
        : x(rows),
          stride(row_stride),
          count(row_count),
          steps(simd::round_up(cols, kStep) / kStep) {
      for (std::size_t r = 0; r < row_count; ++r)
        offsets[r] = offset_of_bytes(x + r * stride, steps * kStep);
    }
    const std::int8_t* x;
    std::size_t stride;
    std::size_t count;
    std::size_t steps;
    std::int32_t offsets[kRowsPerPass];
  };

  struct TileWeights {
    TileWeights(const simd::PackedMatrix& packed, std::size_t output, const Inputs& inputs)
        : weights(reinterpret_cast<const std::uint8_t*>(packed.weights.data()) +
                  output * inputs.steps * kStep),
          next(output + kTileOutputs < packed.rows ? weights + inputs.steps * kStepBytes : weights),
          next_bytes_per_step(kStepBytes * kRowBlock / simd::round_up(inputs.count, kRowBlock)) {}
    const std::uint8_t* weights;
    const std::uint8_t* next;  // the tile after this one; of the last, itself
    std::size_t next_bytes_per_step;
  };

  template <std::size_t kRows>
  static void product_of_rows(const TileWeights& tile, const Inputs& inputs, std::size_t first_row,
                              std::int32_t* y, std::size_t y_stride) {
    const std::uint8_t* weights = tile.weights;
    const std::size_t steps = inputs.steps;
    const std::size_t stride = inputs.stride;
    const std::int8_t* x = inputs.x + first_row * stride;
    const std::int32_t* offsets = inputs.offsets + first_row;
    const std::size_t next_step = tile.next_bytes_per_step;
    const std::uint8_t* next = tile.next + first_row / kRowBlock * steps * next_step;
    Sums512 sum[kRows][2];
    for (std::size_t r = 0; r < kRows; ++r) sum[r][0] = sum[r][1] = to_sums(Ops::set(offsets[r]));
    for (std::size_t step = 0; step < steps; ++step) {
      const __m512i first = load_64_bytes(weights + step * kStepBytes);
      const __m512i second = load_64_bytes(weights + step * kStepBytes + 64);
      __builtin_prefetch(next + step * next_step, 0, 2);
      for (std::size_t r = 0; r < kRows; ++r) {
        const __m512i four = broadcast_4_bytes(x + r * stride + step * kStep);
        sum[r][0] = add_products(sum[r][0], first, four);
        sum[r][1] = add_products(sum[r][1], second, four);
      }
    }
    for (std::size_t r = 0; r < kRows; ++r) {
      Ops::store(y + r * y_stride, from_sums(sum[r][0]));
      Ops::store(y + r * y_stride + 16, from_sums(sum[r][1]));
    }
  }

  // kRows counts down to the block's actual size.
  template <std::size_t kRows = kRowBlock>
  static void tile_product(const TileWeights& tile, const Inputs& inputs, std::size_t first_row,
                           std::size_t rows, std::int32_t* y, std::size_t y_stride) {
    if (rows == kRows)
      product_of_rows<kRows>(tile, inputs, first_row, y, y_stride);
    else if constexpr (kRows > 1)
      tile_product<kRows - 1>(tile, inputs, first_row, rows, y, y_stride);
  }

  // Keys: [positions / 16][dimensions / 4][16 positions][4], plus 128.
  // Values: [positions / 4][64 dimensions][4 positions].
  static void append_key_value(const KvCache& cache, std::uint32_t position, const std::int8_t* key,
                               const std::int8_t* value) {
    std::int8_t* keys = cache.keys + std::size_t{position} / 16 * 16 * kHeadDim + position % 16 * 4;
    for (std::size_t i = 0; i < kHeadDim; i += 4) {
      std::uint32_t four;
      std::memcpy(&four, key + i, 4);
      four ^= 0x80808080;
      std::memcpy(keys + i * 16, &four, 4);
    }
    std::int8_t* values = cache.values + std::size_t{position} / 4 * 4 * kHeadDim + position % 4;
    for (std::size_t i = 0; i < kHeadDim; ++i) values[i * 4] = value[i];
  }

  template <std::size_t kHeads = kHeadsPerPass>
  static void dot_keys(const std::int8_t* queries, std::size_t heads, const std::int8_t* keys,
                       std::size_t n, std::int32_t* dots, std::size_t stride) {
    if constexpr (kHeads > 1)
      if (heads < kHeads) return dot_keys<kHeads - 1>(queries, heads, keys, n, dots, stride);
    std::int32_t offsets[kHeads];
    for (std::size_t h = 0; h < kHeads; ++h)
      offsets[h] = offset_of_bytes(queries + h * kHeadDim, kHeadDim);
    const auto blocks = [&]<std::size_t kBlocks>(std::size_t t) {
      dot_key_blocks<kHeads, kBlocks>(queries, kHeadDim, offsets, keys + t * kHeadDim, dots + t,
                                      stride, [](const std::int8_t*) {});
    };
    std::size_t t = 0;
    for (; t + 64 <= n; t += 64) blocks.template operator()<4>(t);
    if (t + 32 <= n) {
      blocks.template operator()<2>(t);
      t += 32;
    }
    for (; t < n; t += 16) blocks.template operator()<1>(t);
  }

  static void weighted_values(const std::int8_t* values, const std::uint8_t* weight_low,
                              const std::uint8_t* weight_high, std::size_t begin, std::size_t end,
                              SegmentSums& sums) {
    Sums512 low[4] = {};
    Sums512 high[4] = {};
    for (std::size_t t = begin - begin % kValueGroup; t < end; t += kValueGroup) {
      const __m512i four_low = broadcast_4_bytes(weight_low + t);
      const __m512i four_high = broadcast_4_bytes(weight_high + t);
      for (std::size_t d = 0; d < 4; ++d) {
        __m512i four_values = load_64_bytes(values + t * kHeadDim + d * 64);
        // Or GCC loads them a second time for the second product, which takes a third longer.
        __asm__("" : "+v"(four_values));
        low[d] = add_products(low[d], four_low, four_values);
        high[d] = add_products(high[d], four_high, four_values);
      }
    }
    for (std::size_t d = 0; d < 4; ++d) {
      Ops::store(sums.low + d * 16, from_sums(low[d]));
      Ops::store(sums.high + d * 16, from_sums(high[d]));
    }
  }
};

}  // namespace

const Kernels kAvx512VnniKernels = make_vector_kernels<Avx512VnniIsa>(SimdLevel::avx512_vnni);

}  // namespace czip::v1
