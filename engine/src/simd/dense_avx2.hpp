// Products of weights and activations for the AVX2 level.
//
// vpmaddubsw multiplies unsigned by signed bytes and adds pairs of products, but saturates at 16
// bits. Weights are stored plus 128, as unsigned bytes; accumulators start at -128 times the sum of
// the activations. The rows of a pass are then multiplied in one of two ways:
//
// Narrow, for rows of mostly small activations (after the gated relu and attention): where the
// positive and the negative ones among four inputs each add up to at most 128, four products add up
// to at most 255 * 128 < 2^15, so that two vpmaddubsw are added in 16 bits before they are widened
// to 32. The excess of larger activations is kept in a list for each row and multiplied separately.
//
// Wide, for all others: weights and activations are widened to 16 bits, once per tile and once per
// pass, for vpmaddwd.
//
// Sums in 32 bits are at most 255 * 127 * 65536 < 2^31 on the way.
#pragma once

#include <cstdint>
#include <cstring>

#include "simd/ops_avx2.hpp"
#include "simd/vector_dense.hpp"

namespace czip::simd {
namespace {

void store_256(void* p, __m256i v) { _mm256_storeu_si256(static_cast<__m256i*>(p), v); }

// The rows of a pass in narrow form.
class Avx2NarrowRows {
 public:
  static constexpr std::int32_t kRoom = 128;
  static constexpr std::size_t kStep = 4;

  struct Excess {  // four activations to be multiplied by the weights of a step
    std::uint32_t step;
    std::int8_t x[kStep];
  };

  // Takes `scratch` for copies of the rows and as many bytes for their lists.
  Avx2NarrowRows(void* scratch, std::size_t rows, std::size_t stride)
      : x_(static_cast<std::int8_t*>(scratch)),
        excess_(reinterpret_cast<Excess*>(x_ + rows * stride)),
        stride_(stride) {}

  // Copies a row; false when it exceeds the room so often that wide products are faster.
  bool add(std::size_t row, const std::int8_t* source, std::size_t cols) {
    std::int8_t* x = x_ + row * stride_;
    std::memset(x + stride_ - kRowPadding, 0, kRowPadding);
    std::memcpy(x, source, cols);
    count_[row] = 0;
    for (std::size_t i = 0; i < stride_; i += 32)
      for (std::uint32_t mask = exceeding(Avx2Ops::load_256(x + i)); mask != 0; mask &= mask - 1)
        if (!split_eight(row, i + static_cast<std::size_t>(__builtin_ctz(mask)))) return false;
    return true;
  }

  [[nodiscard]] const std::int8_t* row(std::size_t r) const { return x_ + r * stride_; }
  [[nodiscard]] std::size_t stride() const { return stride_; }
  [[nodiscard]] const Excess* begin(std::size_t r) const { return excess_ + r * limit(); }
  [[nodiscard]] const Excess* end(std::size_t r) const { return begin(r) + count_[r]; }

 private:
  static_assert(sizeof(Excess) == 8);
  // Most entries of a row's list: one for every four steps, which take half of the row's bytes.
  [[nodiscard]] std::size_t limit() const { return stride_ / (kStep * 4); }

  // A bit at the first of each eight inputs that exceed the room: inputs 0, 1, 4, 5 and 2, 3, 6, 7
  // share one.
  static std::uint32_t exceeding(__m256i x) {
    const __m256i ones = _mm256_set1_epi8(1);
    const __m256i positive = _mm256_max_epi8(x, _mm256_setzero_si256());
    const __m256i negative = _mm256_sub_epi8(positive, x);
    const __m256i pairs_up = _mm256_maddubs_epi16(positive, ones);
    const __m256i pairs_down = _mm256_maddubs_epi16(negative, ones);
    const __m256i up = _mm256_add_epi16(pairs_up, _mm256_srli_epi64(pairs_up, 32));
    const __m256i down = _mm256_add_epi16(pairs_down, _mm256_srli_epi64(pairs_down, 32));
    const __m256i over = _mm256_cmpgt_epi16(_mm256_max_epi16(up, down), _mm256_set1_epi16(kRoom));
    const __m256i none = _mm256_cmpeq_epi64(_mm256_slli_epi64(over, 32), _mm256_setzero_si256());
    return ~static_cast<std::uint32_t>(_mm256_movemask_epi8(none)) & 0x01010101;
  }

  // Returns as much of x as fits the room on its side of zero, and reduces that room; x keeps the
  // rest.
  static std::int8_t take(std::int8_t& x, std::int32_t& up, std::int32_t& down) {
    std::int32_t& room = x > 0 ? up : down;
    const std::int32_t magnitude = x > 0 ? x : -x;
    const std::int32_t taken = magnitude < room ? magnitude : room;
    room -= taken;
    const std::int32_t signed_taken = x > 0 ? taken : -taken;
    x = static_cast<std::int8_t>(x - signed_taken);
    return static_cast<std::int8_t>(signed_taken);
  }

  bool split_eight(std::size_t row, std::size_t first) {
    std::int8_t* x = x_ + row * stride_ + first;
    std::int8_t rest[2 * kStep];
    std::memcpy(rest, x, sizeof(rest));
    std::int32_t up[2] = {kRoom, kRoom};
    std::int32_t down[2] = {kRoom, kRoom};
    for (std::size_t i = 0; i < 2 * kStep; ++i)
      x[i] = take(rest[i], up[i / 2 % 2], down[i / 2 % 2]);
    return list_step(row, first / kStep, rest) && list_step(row, first / kStep + 1, rest + kStep);
  }

  // An entry's pairs of inputs have a room each.
  bool list_step(std::size_t row, std::size_t step, std::int8_t* rest) {
    static constexpr std::int8_t kZero[kStep] = {};
    while (std::memcmp(rest, kZero, kStep) != 0) {
      if (count_[row] == limit()) return false;
      Excess& entry = excess_[row * limit() + count_[row]++];
      entry.step = static_cast<std::uint32_t>(step);
      std::int32_t up[2] = {kRoom, kRoom};
      std::int32_t down[2] = {kRoom, kRoom};
      for (std::size_t i = 0; i < kStep; ++i) entry.x[i] = take(rest[i], up[i / 2], down[i / 2]);
    }
    return true;
  }

  std::int8_t* x_;
  Excess* excess_;
  std::size_t stride_;
  std::size_t count_[kDenseScratchRows];
};

// Weights lie in tiles of kLayoutOutputs outputs, of which 16 are multiplied at a time.
template <std::size_t kLayoutOutputs>
struct Avx2Tiles {
  using Ops = Avx2Ops;
  static constexpr std::size_t kTileOutputs = kDenseScratchOutputs;  // two vectors
  static constexpr std::size_t kStep = Avx2NarrowRows::kStep;
  static constexpr std::size_t kRowBlock = 4;  // two sums a row: with more, GCC spills
  static constexpr bool kFetchesAhead = false;
  static constexpr std::size_t kRowsPerPass = kDenseScratchRows;
  static constexpr std::size_t kStepBytes = kTileOutputs * kStep;
  static constexpr std::size_t kLayoutStepBytes = kLayoutOutputs * kStep;
  static_assert(kTileOutputs == 16 && kRowsPerPass % kRowBlock == 0);
  static_assert(kLayoutOutputs % kTileOutputs == 0);

  // Layout: [outputs / kLayoutOutputs][inputs / 4][kLayoutOutputs outputs][4 inputs].
  static void pack(const std::int8_t* weights, std::size_t rows, std::size_t cols,
                   std::int8_t* packed) {
    pack_tiles<kLayoutOutputs, kStep, 128>(weights, rows, cols, packed);
  }

  // -128 * sum of x.
  static std::int32_t offset_of(const std::int8_t* x, std::size_t cols) {
    Sums256 sum{};
    std::size_t i = 0;
    for (; i + 32 <= cols; i += 32)
      sum = add_products(sum, _mm256_maddubs_epi16(_mm256_set1_epi8(1), Ops::load_256(x + i)),
                         _mm256_set1_epi16(1));
    std::int32_t total = Ops::sum(from_sums(sum));
    for (; i < cols; ++i) total += x[i];
    return -128 * total;
  }

  struct Inputs {
    Inputs(const std::int8_t* rows, std::size_t row_stride, std::size_t row_count, std::size_t cols,
           std::int16_t* scratch)
        : tile(scratch),
          x(scratch + kDenseScratchOutputs * round_up(cols, kRowPadding)),
          stride(round_up(cols, kRowPadding)),
          steps(round_up(cols, kStep) / kStep),
          narrow(x, row_count, stride) {
      for (std::size_t r = 0; r < row_count; ++r) {
        offsets[r] = offset_of(rows + r * row_stride, cols);
        is_narrow = is_narrow && narrow.add(r, rows + r * row_stride, cols);
      }
      for (std::size_t r = 0; r < row_count && !is_narrow; ++r)
        widen_row(rows + r * row_stride, cols, x + r * stride);
    }

    // Each step's inputs in the order 0, 2, 1, 3: that of widened weights.
    void widen_row(const std::int8_t* row, std::size_t cols, std::int16_t* wide) const {
      for (std::size_t i = 0; i < stride; i += 16) {
        const __m256i swapped = _mm256_shufflelo_epi16(Ops::widen_16_bytes(row + i), 0xd8);
        store_256(wide + i, _mm256_shufflehi_epi16(swapped, 0xd8));
      }
      // Padding weighs 128 here.
      for (std::size_t i = cols; i % kStep != 0; ++i)
        wide[i - i % kStep + (i % kStep == 1 ? 2 : i % kStep == 2 ? 1 : 3)] = 0;
    }

    std::int16_t* tile;
    std::int16_t* x;
    std::size_t stride;
    std::size_t steps;
    bool is_narrow = true;
    Avx2NarrowRows narrow;
    std::int32_t offsets[kRowsPerPass];
  };

  // The tile as it is packed and, for wide inputs, widened.
  struct TileWeights {
    TileWeights(const PackedView& packed, std::size_t output, const Inputs& inputs)
        : bytes(packed.weights.data() +
                output / kLayoutOutputs * kLayoutOutputs * inputs.steps * kStep +
                output % kLayoutOutputs * kStep),
          wide(inputs.tile) {
      if (inputs.is_narrow) return;
      for (std::size_t step = 0; step < inputs.steps; ++step)
        for (std::size_t i = 0; i < kStepBytes; i += 32) {
          const __m256i four = Ops::load_256(bytes + step * kLayoutStepBytes + i);
          std::int16_t* target = inputs.tile + step * kStepBytes + i / 2;
          store_256(target, _mm256_and_si256(four, _mm256_set1_epi16(255)));
          store_256(target + kStepBytes / 2, _mm256_srli_epi16(four, 8));
        }
    }
    const std::int8_t* bytes;
    const std::int16_t* wide;
  };

  template <std::size_t kRows>
  static void store_sums(const Sums256 (&sum)[kRows][2], std::int32_t* y, std::size_t y_stride) {
    for (std::size_t r = 0; r < kRows; ++r) {
      Ops::store(y + r * y_stride, from_sums(sum[r][0]));
      Ops::store(y + r * y_stride + 8, from_sums(sum[r][1]));
    }
  }

  template <std::size_t kRows>
  static void wide_product(const TileWeights& tile, const Inputs& inputs, std::size_t first_row,
                           std::int32_t* y, std::size_t y_stride) {
    const std::int16_t* x = inputs.x + first_row * inputs.stride;
    Sums256 sum[kRows][2];
    for (std::size_t r = 0; r < kRows; ++r)
      sum[r][0] = sum[r][1] = to_sums(Ops::set(inputs.offsets[first_row + r]));
    for (std::size_t i = 0; i < inputs.steps * kStep; i += 2) {
      const __m256i first = Ops::load_256(tile.wide + i * kTileOutputs);
      const __m256i second = Ops::load_256(tile.wide + i * kTileOutputs + 16);
      for (std::size_t r = 0; r < kRows; ++r) {
        const __m256i pair = broadcast_4_bytes(x + r * inputs.stride + i);
        sum[r][0] = add_products(sum[r][0], first, pair);
        sum[r][1] = add_products(sum[r][1], second, pair);
      }
    }
    store_sums(sum, y, y_stride);
  }

  // Four products of a step at a time, at `weights`.
  static void add_step(Sums256 (&sum)[2], const std::int8_t* weights, const std::int8_t* x) {
    const __m256i four = broadcast_4_bytes(x);
    for (std::size_t half = 0; half < 2; ++half)
      sum[half] =
          add_products(sum[half], _mm256_maddubs_epi16(Ops::load_256(weights + half * 32), four),
                       _mm256_set1_epi16(1));
  }

  template <std::size_t kRows>
  static void narrow_product(const TileWeights& tile, const Inputs& inputs, std::size_t first_row,
                             std::int32_t* y, std::size_t y_stride) {
    const Avx2NarrowRows& rows = inputs.narrow;
    const std::int8_t* x = rows.row(first_row);
    Sums256 sum[kRows][2];
    for (std::size_t r = 0; r < kRows; ++r)
      sum[r][0] = sum[r][1] = to_sums(Ops::set(inputs.offsets[first_row + r]));
    std::size_t step = 0;
    for (; step + 2 <= inputs.steps; step += 2)
      for (std::size_t half = 0; half < 2; ++half) {
        const std::int8_t* weights = tile.bytes + step * kLayoutStepBytes + half * 32;
        const __m256i first = Ops::load_256(weights);
        const __m256i second = Ops::load_256(weights + kLayoutStepBytes);
        for (std::size_t r = 0; r < kRows; ++r) {
          const std::int8_t* eight = x + r * rows.stride() + step * kStep;
          const __m256i products =
              _mm256_add_epi16(_mm256_maddubs_epi16(first, broadcast_4_bytes(eight)),
                               _mm256_maddubs_epi16(second, broadcast_4_bytes(eight + kStep)));
          sum[r][half] = add_products(sum[r][half], products, _mm256_set1_epi16(1));
        }
      }
    for (std::size_t r = 0; r < kRows; ++r) {
      if (step < inputs.steps)
        add_step(sum[r], tile.bytes + step * kLayoutStepBytes,
                 x + r * rows.stride() + step * kStep);
      for (const auto* e = rows.begin(first_row + r); e != rows.end(first_row + r); ++e)
        add_step(sum[r], tile.bytes + e->step * kLayoutStepBytes, e->x);
    }
    store_sums(sum, y, y_stride);
  }

  // kRows counts down to the block's actual size.
  template <std::size_t kRows = kRowBlock>
  static void tile_product(const TileWeights& tile, const Inputs& inputs, std::size_t first_row,
                           std::size_t rows, std::int32_t* y, std::size_t y_stride) {
    if (rows == kRows) {
      if (inputs.is_narrow)
        narrow_product<kRows>(tile, inputs, first_row, y, y_stride);
      else
        wide_product<kRows>(tile, inputs, first_row, y, y_stride);
    } else if constexpr (kRows > 1) {
      tile_product<kRows - 1>(tile, inputs, first_row, rows, y, y_stride);
    }
  }
};

using Avx2Dense = Avx2Tiles<kDenseScratchOutputs>;

}  // namespace
}  // namespace czip::simd
