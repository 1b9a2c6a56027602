// Every SIMD level of this CPU against the scalar kernels, on random and extreme inputs and odd
// sizes.
#include "v1/kernels.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/kernel_inputs.hpp"
#include "simd/kernel_set.hpp"

namespace czip::v1 {
namespace {

using namespace test;

Exp2Table exp2_table() {
  // A table close to 2^(-i/256), by repeated multiplication; any falling table would do here.
  Exp2Table table;
  std::uint64_t value = std::uint64_t{1} << 32;
  for (std::uint16_t& entry : table) {
    entry = static_cast<std::uint16_t>(std::min<std::uint64_t>(value >> 16, 65535));
    value = value * 65359 >> 16;
  }
  return table;
}

TEST_CASE("requantized dense equals the scalar kernel for narrow, wide and odd multipliers") {
  Random random(2);
  constexpr Requantization kRequantizations[] = {
      {819, 20},       {1, 0},          {1, 1},     {3, 1},    {-819, 20}, {1 << 20, 30},
      {INT32_MAX, 40}, {INT32_MIN, 62}, {1024, 20}, {512, 22}, {1, 22},    {127, -3}};
  for (const simd::KernelSet* kernels : vector_kernels())
    for (const Requantization requantization : kRequantizations)
      for (const Draw how : {Draw::uniform, Draw::extremes, Draw::mostly_small})
        for (const DenseCase& size : {kDenseCases[1], kDenseCases[5], kDenseCases[8]}) {
          CAPTURE(simd_level_name(kernels->level));
          CAPTURE(requantization.multiplier);
          CAPTURE(int{requantization.shift});
          const RequantizePlan plan = make_requantize_plan(requantization);
          const auto run = make_dense_run<std::int8_t>(random, how, size);
          const MatrixI8 matrix = drawn_matrix(random, how, size.outputs, size.inputs);
          const auto with = [&](const simd::KernelSet& k) {
            return run(k, matrix,
                       [&](const simd::PackedMatrix& packed, std::int8_t* y, std::int16_t* s) {
                         k.v1_network.dense_requantize(packed, plan, run.x.data(), run.x_stride,
                                                       size.rows, y, run.y_stride, s);
                       });
          };
          CHECK(with(*kernels) == with(kScalar));
        }
}

TEST_CASE("a requantize plan that fits 32 bits gives the exact result for every accumulator") {
  for (const Requantization requantization : {Requantization{819, 20}, Requantization{1024, 20},
                                              Requantization{3, 4}, Requantization{1, 8}}) {
    const RequantizePlan plan = make_requantize_plan(requantization);
    REQUIRE(plan.fits_32_bits);
    CHECK(plan.limit > 0);
    std::int8_t at_limit = 0;
    std::int8_t beyond = 0;
    const std::int32_t huge = INT32_MAX;
    requantize_each(&plan.limit, 1, requantization, &at_limit);
    requantize_each(&huge, 1, requantization, &beyond);
    CHECK(at_limit == 127);
    CHECK(beyond == 127);
  }
}

AlignedBuffer<std::uint16_t> inverse_rms_table(Dialect dialect) {
  AlignedBuffer<std::uint16_t> table = buffer<std::uint16_t>(kInverseRmsEntries);
  for (std::uint32_t ms = 1; ms < kInverseRmsEntries; ++ms) table[ms] = inverse_rms(ms, dialect);
  return table;
}

TEST_CASE("rmsnorm equals the scalar kernel, also for residuals far outside int8") {
  Random random(3);
  const auto table = inverse_rms_table(Dialect::python);
  for (const simd::KernelSet* kernels : vector_kernels())
    for (const Draw how : {Draw::uniform, Draw::extremes})
      for (const std::int32_t range : {0, 1, 20, 127, 300, 1 << 20})
        for (const std::size_t n : {64U, 128U, 384U, 4096U}) {
          CAPTURE(simd_level_name(kernels->level));
          CAPTURE(range);
          const auto residual = drawn<std::int32_t>(random, how, n, -range, range);
          const std::int32_t limit = std::min(range, 127);
          const auto x = drawn<std::int8_t>(random, how, n, -limit, limit);
          const auto weight = drawn<std::int8_t>(random, how, n, -128, 127);
          const auto with = [&](const simd::KernelSet& k) {
            AlignedBuffer<std::int8_t> y = buffer<std::int8_t>(n);
            k.v1_network.normalize_residual(residual.data(), weight.data(), table.data(), n,
                                            y.data());
            AlignedBuffer<std::int32_t> sum = buffer<std::int32_t>(n);
            std::copy_n(residual.data(), n, sum.data());
            k.v1_network.add_normalized(x.data(), weight.data(), table.data(), n, sum.data());
            return std::pair(values(y, n), values(sum, n));
          };
          CHECK(with(*kernels) == with(kScalar));
        }
}

TEST_CASE("gated relu equals the scalar kernel for every pair of activations") {
  std::vector<std::int8_t> gates;
  std::vector<std::int8_t> multipliers;
  for (int gate = -127; gate <= 127; ++gate)
    for (int value = -127; value <= 127; ++value) {
      gates.push_back(static_cast<std::int8_t>(gate));
      multipliers.push_back(static_cast<std::int8_t>(value));
    }
  const std::size_t n = gates.size();
  AlignedBuffer<std::int8_t> gate = buffer<std::int8_t>(n);
  AlignedBuffer<std::int8_t> value = buffer<std::int8_t>(n);
  std::copy(gates.begin(), gates.end(), gate.data());
  std::copy(multipliers.begin(), multipliers.end(), value.data());
  for (const simd::KernelSet* kernels : vector_kernels()) {
    const auto with = [&](const simd::KernelSet& k) {
      AlignedBuffer<std::int8_t> y = buffer<std::int8_t>(n);
      k.v1_network.gated_relu(gate.data(), value.data(), n, y.data());
      return values(y, n);
    };
    CHECK(with(*kernels) == with(kScalar));
  }
}

TEST_CASE("rotation equals the scalar kernel") {
  Random random(4);
  for (const simd::KernelSet* kernels : vector_kernels())
    for (int round = 0; round < 200; ++round) {
      const Draw how = round % 2 == 0 ? Draw::uniform : Draw::extremes;
      const auto head = drawn<std::int8_t>(random, how, kHeadDim, -127, 127);
      const auto cosine = drawn<std::int16_t>(random, how, kRopePairs, -32768, 32767);
      const auto sine = drawn<std::int16_t>(random, how, kRopePairs, -32768, 32767);
      const auto with = [&](const simd::KernelSet& k) {
        AlignedBuffer<std::int8_t> query = buffer<std::int8_t>(kHeadDim);
        AlignedBuffer<std::int8_t> key = buffer<std::int8_t>(kHeadDim);
        std::copy_n(head.data(), kHeadDim, query.data());
        std::copy_n(head.data(), kHeadDim, key.data());
        k.v1_network.rotate_query(query.data(), cosine.data(), sine.data());
        k.v1_network.rotate_key(key.data(), cosine.data(), sine.data());
        return std::pair(values(query, kHeadDim), values(key, kHeadDim));
      };
      CHECK(with(*kernels) == with(kScalar));
    }
}

// Keys that make the scores of a fixed query fall, rise, repeat or jump.
enum class Scores { random, extremes, equal, rising, falling };

struct AttentionCase {
  std::uint32_t positions;
  std::uint32_t heads;
  Scores scores;
  std::int32_t multiplier;
  bool sink;
  Dialect dialect;
};

std::int8_t key_element(Random& random, Scores scores, std::uint32_t t, std::uint32_t positions) {
  const auto ramp = static_cast<std::int32_t>(254 * t / positions) - 127;
  switch (scores) {
    case Scores::random:
      return static_cast<std::int8_t>(random.between(-127, 127));
    case Scores::extremes:
      return random.next() % 2 == 0 ? std::int8_t{-127} : std::int8_t{127};
    case Scores::equal:
      return 77;
    case Scores::rising:
      return static_cast<std::int8_t>(ramp);
    case Scores::falling:
      return static_cast<std::int8_t>(-ramp);
  }
  return 0;
}

struct AttentionData {
  AlignedBuffer<std::int8_t> query;
  std::vector<std::int32_t> multipliers;
  AlignedBuffer<std::int8_t> sink;
  std::vector<std::int8_t> keys;
  std::vector<std::int8_t> values;
  ExpFunction exp;
};

AttentionData make_attention_data(Random& random, const AttentionCase& c) {
  AttentionData data;
  const bool ordered = c.scores != Scores::random && c.scores != Scores::extremes;
  data.query = drawn<std::int8_t>(random, ordered ? Draw::extremes : Draw::uniform,
                                  c.heads * kHeadDim, ordered ? 100 : -127, 127);
  data.multipliers.assign(c.heads, c.multiplier);
  data.sink = drawn<std::int8_t>(random, Draw::uniform, kHeadDim, -127, 127);
  for (std::uint32_t t = 0; t < c.positions; ++t) {
    const std::int8_t shared = key_element(random, c.scores, t, c.positions);
    for (std::uint32_t i = 0; i < kHeadDim; ++i) {
      data.keys.push_back(ordered ? shared : key_element(random, c.scores, t, c.positions));
      const std::int8_t extreme = c.scores == Scores::equal ? std::int8_t{127} : std::int8_t{-127};
      data.values.push_back(c.scores == Scores::random
                                ? static_cast<std::int8_t>(random.between(-127, 127))
                                : extreme);
    }
  }
  data.exp = make_exp_function(exp2_table(), kAttentionExpCoefficient);
  return data;
}

std::vector<std::int8_t> run_attention(const simd::KernelSet& kernels, const AttentionCase& c,
                                       const AttentionData& data) {
  const std::size_t bytes = simd::round_up(c.positions, 16) * kHeadDim;
  AlignedBuffer<std::int8_t> memory = buffer<std::int8_t>(2 * bytes);
  // What an earlier, longer sequence has left behind must not matter.
  std::fill_n(memory.data(), 2 * bytes, std::int8_t{-3});
  const KvCache cache{memory.data(), memory.data() + bytes};
  AlignedBuffer<std::int8_t> key = buffer<std::int8_t>(kHeadDim);
  AlignedBuffer<std::int8_t> value = buffer<std::int8_t>(kHeadDim);
  for (std::uint32_t t = 0; t < c.positions; ++t) {
    std::copy_n(data.keys.begin() + t * kHeadDim, kHeadDim, key.data());
    std::copy_n(data.values.begin() + t * kHeadDim, kHeadDim, value.data());
    kernels.v1_network.append_key_value(cache, t, key.data(), value.data());
  }
  AttentionScratch scratch;
  REQUIRE(scratch.allocate(c.positions).has_value());
  AlignedBuffer<std::int8_t> out = buffer<std::int8_t>(c.heads * kHeadDim);
  const AttentionInput input{.query = data.query.data(),
                             .heads = c.heads,
                             .positions = c.positions,
                             .score_multiplier = data.multipliers.data(),
                             .sink_key = c.sink ? data.sink.data() : nullptr,
                             .exp = &data.exp,
                             .dialect = c.dialect};
  kernels.v1_network.attend(input, cache, scratch, out.data());
  return values(out, c.heads * kHeadDim);
}

// Heads may share the loads of keys: blocks of keys and single ones, groups of heads and single
// ones.
struct AttentionShape {
  std::uint32_t positions;
  std::uint32_t heads;
};
constexpr AttentionShape kAttentionShapes[] = {{1, 2},   {2, 3},   {15, 4},  {16, 1},
                                               {17, 3},  {31, 5},  {63, 2},  {65, 3},
                                               {130, 4}, {300, 2}, {1024, 1}};

TEST_CASE("attention equals the scalar online softmax in every dialect, with and without a sink") {
  Random random(5);
  for (const simd::KernelSet* kernels : vector_kernels())
    for (const Scores scores :
         {Scores::random, Scores::extremes, Scores::equal, Scores::rising, Scores::falling})
      for (const AttentionShape shape : kAttentionShapes)
        for (const std::int32_t multiplier : {60000, 0, 1, 700, 1 << 27})
          for (const bool sink : {false, true})
            for (const Dialect dialect : {Dialect::rust, Dialect::i64}) {
              const AttentionCase c{shape.positions, shape.heads, scores,
                                    multiplier,      sink,        dialect};
              CAPTURE(simd_level_name(kernels->level));
              CAPTURE(shape.positions);
              CAPTURE(shape.heads);
              CAPTURE(int(scores));
              CAPTURE(multiplier);
              CAPTURE(sink);
              CAPTURE(dialect_name(dialect));
              const AttentionData data = make_attention_data(random, c);
              CHECK(run_attention(*kernels, c, data) == run_attention(kScalar, c, data));
            }
}

TEST_CASE("the 32-bit attention accumulator wraps only in the rust dialect") {
  Random random(6);
  AttentionCase c{1024, 1, Scores::equal, 60000, false, Dialect::rust};
  const AttentionData data = make_attention_data(random, c);
  const auto wrapped = run_attention(kScalar, c, data);
  c.dialect = Dialect::i64;
  const auto exact = run_attention(kScalar, c, data);
  CHECK(exact == std::vector<std::int8_t>(kHeadDim, 127));
  CHECK(wrapped != exact);
}

TEST_CASE("softmax weights equal the scalar kernel for any coefficient and size") {
  Random random(7);
  for (const simd::KernelSet* kernels : vector_kernels())
    for (const std::uint32_t coefficient : {0U, 1U, 37819U, 1U << 24, UINT32_MAX})
      for (const std::int32_t range : {0, 3, 1000, 3000000, (1 << 30) - 1})
        for (const std::size_t n : {1U, 2U, 15U, 16U, 17U, 509U, 1024U, 65536U}) {
          CAPTURE(simd_level_name(kernels->level));
          CAPTURE(coefficient);
          CAPTURE(range);
          CAPTURE(n);
          auto logits = drawn<std::int32_t>(random, Draw::uniform, n, -range, range);
          std::fill_n(logits.data() + n, simd::kRowPadding, INT32_MAX);  // padding is no logit
          const ExpFunction exp = make_exp_function(exp2_table(), coefficient);
          const auto with = [&](const simd::KernelSet& k) {
            AlignedBuffer<std::uint16_t> weights = buffer<std::uint16_t>(n);
            const ExpWeights result =
                k.v1_network.exp_weights(logits.data(), n, exp, weights.data());
            return std::tuple(result.sum, result.argmax, values(weights, n));
          };
          CHECK(with(*kernels) == with(kScalar));
        }
}

TEST_CASE("frequency sums equal the division they replace") {
  Random random(8);
  for (const std::uint32_t total : {1025U, (1U << 30) - 2048, 1U << 30})
    for (const std::uint32_t sum : {65535U, 65536U, 33000000U, 65535U * 65536U}) {
      const FrequencyScale scale = make_frequency_scale(total, sum);
      for (int round = 0; round < 2000; ++round) {
        const std::uint32_t e = round < 2 ? (round == 0 ? 1 : 65535) : random.next() % 65536;
        CHECK(scaled_frequency(e, scale) == symbol_frequency(e, total, sum));
      }
    }
  for (const simd::KernelSet* kernels : vector_kernels())
    for (const std::size_t n : {0U, 1U, 7U, 16U, 33U, 1000U, 1024U}) {
      CAPTURE(simd_level_name(kernels->level));
      const auto weights = drawn<std::uint16_t>(random, Draw::uniform, n, 1, 65535);
      const FrequencyScale scale = make_frequency_scale((1U << 30) - 2048, 70000000);
      CHECK(kernels->v1_network.sum_frequencies(weights.data(), n, scale) ==
            kScalar.v1_network.sum_frequencies(weights.data(), n, scale));
    }
}

TEST_CASE("the vector form of exp agrees with the specification for every reachable argument") {
  const ExpFunction exp = make_exp_function(exp2_table(), kAttentionExpCoefficient);
  constexpr std::size_t kStep = 4096;
  for (const simd::KernelSet* kernels : vector_kernels())
    for (std::int32_t base = 0; base < 400000; base += static_cast<std::int32_t>(kStep)) {
      AlignedBuffer<std::int32_t> logits = buffer<std::int32_t>(kStep);
      for (std::size_t i = 0; i < kStep; ++i) logits[i] = -base - static_cast<std::int32_t>(i);
      logits[0] = 0;
      AlignedBuffer<std::uint16_t> weights = buffer<std::uint16_t>(kStep);
      kernels->v1_network.exp_weights(logits.data(), kStep, exp, weights.data());
      bool same = true;
      for (std::size_t i = 0; i < kStep; ++i)
        same = same && weights[i] == exp_weight(static_cast<std::uint32_t>(-logits[i]),
                                                exp.coefficient, exp.table);
      CHECK(same);
    }
}

}  // namespace
}  // namespace czip::v1
