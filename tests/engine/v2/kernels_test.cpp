// Attention of the czip-model-v2 network at every distance below the largest score, kernel by
// kernel: a network's logits would show few of the weights and hardly an error of one.
#include "v2/kernels.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "simd/kernel_set.hpp"

namespace czip::v2 {
namespace {

constexpr std::size_t kHeadDim = 16;

const Kernels& kernels_of(SimdLevel level) { return simd::find_kernels(level)->v2_network; }

Exp2Table exp2_table() {
  Exp2Table table{};
  for (std::size_t i = 0; i < table.size(); ++i)
    table[i] = static_cast<std::uint32_t>(
        std::min(65535L, std::lround(65536 * std::exp2(-static_cast<double>(i) / 64))));
  return table;
}

// Outputs of `heads` heads over `slots` slots of zero keys, whose scores are their biases: head h
// gives a single slot, which is `below` + h below the sink, a weight. Values and gain are such
// that every weight gives other outputs.
std::vector<std::int8_t> attend(const Kernels& kernels, std::size_t heads, std::size_t window,
                                std::size_t slots, std::int32_t below) {
  constexpr std::int16_t kSink = 32767;
  std::vector<std::int8_t> rings(2 * window * kHeadDim);
  const KeyValueRing ring{rings.data(), rings.data() + window * kHeadDim, kHeadDim, 0};
  const std::vector<std::int8_t> key(kHeadDim);
  std::vector<std::int8_t> value(kHeadDim);
  for (std::size_t i = 0; i < kHeadDim; ++i) value[i] = static_cast<std::int8_t>(112 + i);
  for (std::size_t t = 0; t < slots; ++t) kernels.append(ring, t, key.data(), value.data());

  std::vector<std::int16_t> bias(heads * 2 * window, INT16_MIN);
  for (std::size_t h = 0; h < heads; ++h)
    bias[h * 2 * window + window - slots + (static_cast<std::size_t>(below) + h) % slots] =
        static_cast<std::int16_t>(kSink - below - static_cast<std::int32_t>(h));
  const std::vector<std::int8_t> query(heads * kHeadDim, 127);
  const std::vector<std::int16_t> scale(heads, 1023);
  const std::vector<std::int16_t> sink(heads, kSink);
  const std::vector<std::int16_t> gain(heads, 481);
  const Exp2Table exp2 = exp2_table();
  const AttentionInput input{.query = query.data(),
                             .heads = heads,
                             .window = window,
                             .slot = slots - 1,
                             .slots = slots,
                             .bias = bias.data(),
                             .score_scale = scale.data(),
                             .sink = sink.data(),
                             .gain = gain.data(),
                             .exp2 = &exp2};

  const std::size_t stride = window + 64;
  std::vector<std::int32_t> scores(kHeadsAtOnce * stride, 1 << 20);
  std::vector<std::uint8_t> weights(kHeadsAtOnce * stride, 255);
  std::vector<std::int8_t> out(heads * kHeadDim);
  kernels.attend(input, ring, {scores.data(), weights.data(), stride}, out.data());
  return out;
}

TEST_CASE("weights at every distance and for every number of heads are the same at every level") {
  for (const std::size_t heads : {1U, 2U, 3U, 4U, 7U}) {
    for (const std::int32_t first : {0, 65500}) {
      for (std::int32_t below = first; below < first + (first == 0 ? 700 : 28); ++below) {
        const std::size_t window = below % 2 == 0 ? 80 : 128;
        const std::size_t slots = window - static_cast<std::size_t>(below) % 3 * 23;
        CAPTURE(heads);
        CAPTURE(below);
        const auto expected = attend(kernels_of(SimdLevel::scalar), heads, window, slots, below);
        for (const SimdLevel level : supported_simd_levels()) {
          CAPTURE(simd_level_name(level));
          REQUIRE(attend(kernels_of(level), heads, window, slots, below) == expected);
        }
      }
    }
  }
}

TEST_CASE("each weight of attention shows in the outputs") {
  const auto outputs = [](std::int32_t below) {
    return attend(kernels_of(SimdLevel::scalar), 1, 16, 16, below);
  };
  const auto weight = [](std::int32_t below) {
    return attention_weight(static_cast<std::uint32_t>(below), exp2_table());
  };
  for (std::int32_t below = 0; below < 600; ++below)
    CHECK((outputs(below) != outputs(below + 1)) == (weight(below) != weight(below + 1)));
}

}  // namespace
}  // namespace czip::v2
