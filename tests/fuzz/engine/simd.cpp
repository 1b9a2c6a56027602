// Every SIMD level against the scalar definition: single kernels with random and extreme operands
// of any size, and whole forward passes of networks of any shape. The input chooses kernel, sizes
// and how operands are drawn; operands come from a generator that the input seeds.
#include <functional>
#include <tuple>
#include <utility>
#include <vector>

#include "base/aligned_buffer.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/engine/v1/network.hpp"
#include "czip/engine/v1/weights.hpp"
#include "czip/engine/v2/logistic.hpp"
#include "czip/engine/v2/network.hpp"
#include "czip/engine/v2/prior_kernels.hpp"
#include "czip/engine/v2/recurrent_network.hpp"
#include "czip/engine/v2/successor_kernels.hpp"
#include "fuzz/fuzz.hpp"
#include "simd/kernel_set.hpp"
#include "support/splitmix64.hpp"
#include "support/v1_seeded_model.hpp"
#include "support/v2_seeded_network.hpp"
#include "support/v2_seeded_recurrent.hpp"

namespace {

using namespace czip;
using namespace czip::test;
using simd::KernelSet;

// Operands: anywhere in a range, at its ends, or mostly small.
class Draws {
 public:
  explicit Draws(FuzzInput& input) : how_(input.below(3)), random_(input.word()) {}

  std::int32_t one(std::int32_t low, std::int32_t high) {
    const bool end = how_ == 1;
    if (how_ == 2 && random_.between(0, 15) != 0)
      return random_.between(std::max(low, -9), std::min(high, 9));
    const std::int32_t value = random_.between(low, high);
    return end ? (value % 2 == 0 ? low : high) : value;
  }
  template <class T>
  AlignedBuffer<T> many(std::size_t count, std::int32_t low, std::int32_t high) {
    AlignedBuffer<T> values = zeros<T>(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(one(low, high));
    return values;
  }
  template <class T>
  static AlignedBuffer<T> zeros(std::size_t count) {
    AlignedBuffer<T> values;
    insist(values.allocate(count + simd::kRowPadding).has_value(), "there is memory");
    return values;
  }

 private:
  std::uint32_t how_;
  SplitMix64 random_;
};

template <class T>
std::vector<T> values(const AlignedBuffer<T>& buffer, std::size_t count) {
  return {buffer.data(), buffer.data() + count};
}

// `run` of every level equals that of the scalar kernels.
template <class Run>
void compare(const Run& run, std::string_view what) {
  const auto expected = run(simd::kScalarKernels);
  for (const SimdLevel level : supported_simd_levels())
    if (level != SimdLevel::scalar) insist(run(*simd::find_kernels(level)) == expected, what);
}

void compare_dense(FuzzInput& input) {
  const std::uint32_t outputs = 1 + input.below(200);
  const std::uint32_t inputs = 1 + input.below(input.below(8) == 0 ? 4000 : 300);
  const std::size_t rows = 1 + input.below(50);
  const v1::Requantization requantization{
      static_cast<std::int32_t>(input.word()) >> input.below(32),
      static_cast<std::int8_t>(input.below(v1::kMaxRequantizationShift + 1))};
  Draws draws(input);
  MatrixI8 matrix{.rows = outputs, .cols = inputs, .data = {}};
  for (std::size_t i = 0; i < std::size_t{outputs} * inputs; ++i)
    matrix.data.push_back(static_cast<std::int8_t>(draws.one(-128, 127)));
  const std::size_t x_stride = simd::activation_stride(inputs);
  const std::size_t y_stride = simd::activation_stride(outputs);
  auto x = Draws::zeros<std::int8_t>(rows * x_stride);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t i = 0; i < inputs; ++i)
      x[r * x_stride + i] = static_cast<std::int8_t>(draws.one(-127, 127));
  const v1::RequantizePlan plan = v1::make_requantize_plan(requantization);
  compare(
      [&](const KernelSet& kernels) {
        simd::PackedMatrix packed;
        insist(simd::pack(kernels.dense, matrix, packed).has_value(), "there is memory");
        auto sums = Draws::zeros<std::int32_t>(rows * y_stride);
        auto scratch = Draws::zeros<std::int16_t>(simd::dense_scratch_elements(inputs));
        kernels.dense.multiply(packed, x.data(), x_stride, rows, sums.data(), y_stride,
                               scratch.data());
        auto y = Draws::zeros<std::int8_t>(rows * y_stride);
        kernels.v1_network.dense_requantize(packed, plan, x.data(), x_stride, rows, y.data(),
                                            y_stride, scratch.data());
        std::vector<std::int32_t> all;
        for (std::size_t r = 0; r < rows; ++r)
          for (std::size_t o = 0; o < outputs; ++o) {
            all.push_back(sums[r * y_stride + o]);
            all.push_back(y[r * y_stride + o]);
          }
        return all;
      },
      "dense products are the scalar ones");
}

void compare_mixer(FuzzInput& input) {
  const std::size_t inputs =
      v2::kInputGroup * (1 + input.below(v2::kMaxMixerInputs / v2::kInputGroup));
  const std::size_t sets = 1 + input.below(v2::kMaxSets);
  Draws draws(input);
  constexpr std::int32_t kLargestInput = v2::kMaxStretch;
  constexpr std::int32_t kLargestError = (1 << 18) - 1;
  const auto x = draws.many<std::int32_t>(inputs, -kLargestInput, kLargestInput);
  const auto errors = draws.many<std::int32_t>(sets, -kLargestError, kLargestError);
  const auto weights = draws.many<std::int32_t>(sets * inputs, -v2::kMaxWeight, v2::kMaxWeight);
  compare(
      [&](const KernelSet& kernels) {
        std::vector<std::int32_t> moved = values(weights, sets * inputs);
        std::vector<std::int32_t*> rows;
        for (std::size_t s = 0; s < sets; ++s) rows.push_back(&moved[s * inputs]);
        const std::vector<const std::int32_t*> fixed(rows.begin(), rows.end());
        std::vector<std::int32_t> out(sets);
        kernels.mixer.dot_products(fixed.data(), sets, x.data(), inputs, out.data());
        kernels.mixer.train(rows.data(), sets, x.data(), inputs, errors.data());
        moved.insert(moved.end(), out.begin(), out.end());
        return moved;
      },
      "the mixer is the scalar one");
}

void compare_prior(FuzzInput& input) {
  const std::size_t count = input.below(input.below(8) == 0 ? 4000 : 100);
  const std::size_t shift = input.below(64);
  const std::int32_t ranks = static_cast<std::int32_t>(1 + input.below(1 << 13));
  Draws draws(input);
  // The cells end where the memory does.
  std::vector<std::uint8_t> memory(shift + 2 * count);
  std::uint8_t* const cells = memory.data() + shift;
  for (std::size_t i = 0; i < count; ++i)
    store_le(cells + 2 * i, static_cast<std::uint16_t>(draws.one(0, 8 * ranks - 1)));
  const auto rank = static_cast<std::uint32_t>(draws.one(0, ranks));
  v2::PriorLevelTable table{};
  for (auto& p : table) p = static_cast<std::uint16_t>(draws.one(0, 65535));
  compare(
      [&](const KernelSet& kernels) {
        const v2::PriorKernels& k = v2::prior_kernels(kernels.level);
        const v2::PriorSum sum = k.below(cells, count, rank, table);
        return std::tuple(sum.cells, sum.probability, k.find(cells, count, rank),
                          count == 0 ? 0 : k.likeliest(cells, count));
      },
      "sums of the prior are the scalar ones");
}

// Lists of any content, and decisions about them.
void compare_successors(FuzzInput& input) {
  const std::size_t lists = input.below(v2::kListLanes + 1);
  const auto limit = static_cast<std::uint32_t>(input.below(1024));
  const std::uint32_t decisions = 1 + input.below(8);
  const auto ranks = static_cast<std::int32_t>(input.below(2) == 0 ? 9 : 65535);
  Draws draws(input);
  const auto any = [&draws](std::int32_t most) {
    return static_cast<std::uint32_t>(draws.one(0, most));
  };
  std::vector<v2::SuccessorList> table(20);
  for (auto& list : table) {
    list.total = static_cast<std::uint8_t>(any(255));
    list.escapes = static_cast<std::uint8_t>(any(255));
    for (auto& rank : list.rank) rank = static_cast<std::uint16_t>(any(ranks));
    for (auto& count : list.count) count = static_cast<std::uint8_t>(any(255));
  }
  std::array<std::uint32_t, v2::kListLanes> index{};
  for (auto& i : index) i = any(19);
  std::vector<std::uint32_t> maps(v2::kListLanes * v2::kSuccessorStates);
  for (auto& map : maps) {
    const std::uint32_t high = any(65535);
    map = high << 16 | any(65535);
  }
  std::vector<std::pair<v2::SuccessorDecision, bool>> all;
  for (std::uint32_t i = 0; i < decisions; ++i)
    all.push_back({{any(1) == 0, any(ranks), any(v2::kDecisionClasses - 1)}, any(1) == 0});
  const auto coded = static_cast<std::uint16_t>(any(ranks));
  static const v2::Logistic logistic;
  compare(
      [&](const KernelSet& kernels) {
        const v2::SuccessorKernels& k = v2::successor_kernels(kernels.level);
        auto moved = table;
        auto learned = maps;
        std::vector<std::uint32_t> found;
        v2::SuccessorLanes lanes;
        k.load(moved.data(), index.data(), lists, lanes);
        std::array<std::uint32_t, v2::kListLanes> probability{};
        std::array<std::int32_t, v2::kListLanes> inputs{};
        for (std::size_t which = 0; which < v2::kSuccessorsPerList; ++which) {
          k.score(lanes, which, learned.data(), probability.data());
          found.insert(found.end(), probability.begin(), probability.end());
        }
        for (const auto& [decision, bit] : all) {
          k.predict(lanes, decision, learned.data(), logistic.stretch_table(), inputs.data());
          for (const std::int32_t x : inputs) found.push_back(static_cast<std::uint32_t>(x));
          k.learn(lanes, bit, limit, learned.data());
          k.rule_out(lanes, decision, bit);
          found.push_back(lanes.active);
        }
        k.update(moved.data(), index.data(), lists, coded);
        for (const auto& list : moved) {
          found.insert(found.end(), {list.total, list.escapes});
          found.insert(found.end(), list.rank.begin(), list.rank.end());
          found.insert(found.end(), list.count.begin(), list.count.end());
        }
        return std::pair(found, learned);
      },
      "lists of successors are the scalar ones");
}

void compare_recurrent(FuzzInput& input) {
  SeededRecurrentV2Options shape;
  shape.config = {.vocabulary = 2 + input.below(60),
                  .state_width = 64 * (1 + input.below(4)),
                  .hidden_width = 64 * (1 + input.below(4))};
  shape.seed = input.byte();
  SafetensorsContent content = make_seeded_recurrent_v2(shape);
  // Bytes of any value are allowed here.
  for (const char* name : {"recurrent.update", "recurrent.input", "recurrent.weights",
                           "recurrent.embedding", "recurrent.nodes"}) {
    auto& bytes = content.tensor(name).bytes;
    for (std::uint32_t i = input.below(16); i > 0; --i)
      bytes[input.word() % bytes.size()] = input.byte();
  }
  const Bytes file = write_safetensors(content);
  const auto parsed = value_or_abort(safetensors::File::parse(file), "a recurrent network");
  const auto tokens = input.rest();
  std::vector<std::int32_t> expected;
  for (const SimdLevel level : supported_simd_levels()) {
    const auto network =
        value_or_abort(v2::RecurrentNetwork::create(parsed, level), "a recurrent network");
    auto state = value_or_abort(network.make_state(), "a state");
    std::vector<std::int32_t> all;
    for (const std::uint8_t token : tokens.first(std::min<std::size_t>(tokens.size(), 200))) {
      network.step(state, token % shape.config.vocabulary);
      for (std::uint32_t node = 0; node < shape.config.vocabulary; ++node)
        all.push_back(network.logit(state, node));
    }
    if (level == SimdLevel::scalar) expected = all;
    insist(all == expected, "recurrent networks give the scalar logits");
  }
}

v2::Exp2Table exp2_table(Draws& draws) {
  v2::Exp2Table table{};
  for (auto& entry : table)
    entry = static_cast<std::uint32_t>(draws.one(v2::kLeastExp2, v2::kFirstExp2));
  std::ranges::sort(table, std::greater<>());
  table[0] = v2::kFirstExp2;
  return table;
}

void compare_attention_v2(FuzzInput& input) {
  const std::size_t heads = 1 + input.below(8);
  const std::size_t head_dim = v2::kWidthMultiple * (1 + input.below(8));
  const std::size_t window = v2::kWidthMultiple * (1 + input.below(12));
  const std::size_t slots = 1 + input.below(static_cast<std::uint32_t>(window));
  const std::size_t slot =
      slots == window ? input.below(static_cast<std::uint32_t>(window)) : slots - 1;
  Draws draws(input);
  const auto query = draws.many<std::int8_t>(heads * head_dim, -127, 127);
  const auto keys = draws.many<std::int8_t>(window * head_dim, -127, 127);
  const auto stored = draws.many<std::int8_t>(window * head_dim, -127, 127);
  const auto bias = draws.many<std::int16_t>(heads * window, -32768, 32767);
  auto ring_bias = Draws::zeros<std::int16_t>(heads * 2 * window);
  for (std::size_t h = 0; h < heads; ++h)
    for (std::size_t x = 0; x < 2 * window; ++x)
      ring_bias[h * 2 * window + x] = bias[h * window + (2 * window - 1 - x) % window];
  const auto scale = draws.many<std::int16_t>(heads, 0, v2::kMaxScoreScale);
  const auto sink = draws.many<std::int16_t>(heads, -32768, 32767);
  const auto gain = draws.many<std::int16_t>(heads, 0, v2::kMaxAttentionGain);
  const v2::Exp2Table exp2 = exp2_table(draws);
  const v2::AttentionInput attention{.query = query.data(),
                                     .heads = heads,
                                     .window = window,
                                     .slot = slot,
                                     .slots = slots,
                                     .bias = ring_bias.data(),
                                     .score_scale = scale.data(),
                                     .sink = sink.data(),
                                     .gain = gain.data(),
                                     .exp2 = &exp2};
  compare(
      [&](const KernelSet& kernels) {
        auto memory = Draws::zeros<std::int8_t>(2 * window * head_dim);
        const v2::KeyValueRing ring{memory.data(), memory.data() + window * head_dim, head_dim, 0};
        for (std::size_t t = 0; t < slots; ++t)
          kernels.v2_network.append(ring, t, &keys[t * head_dim], &stored[t * head_dim]);
        const std::size_t stride = window + simd::kRowPadding;
        auto scores = Draws::zeros<std::int32_t>(v2::kHeadsAtOnce * stride);
        auto weights = Draws::zeros<std::uint8_t>(v2::kHeadsAtOnce * stride);
        auto out = Draws::zeros<std::int8_t>(heads * head_dim);
        kernels.v2_network.attend(attention, ring, {scores.data(), weights.data(), stride},
                                  out.data());
        return values(out, heads * head_dim);
      },
      "attention of version 2 is the scalar one");
}

void compare_vectors_v2(FuzzInput& input) {
  const std::size_t n = v2::kWidthMultiple * (1 + input.below(40));
  const std::size_t any = 1 + input.below(600);
  const int shift = 1 + static_cast<int>(input.below(v2::kMaxResidualShift));  // the least maximum
  Draws draws(input);
  const auto sums = draws.many<std::int32_t>(n, -(1 << 24) + 1, (1 << 24) - 1);
  const auto gain = draws.many<std::int16_t>(n, 0, v2::kMaxMultiplier);
  const auto multiplier = draws.many<std::int16_t>(n, 0, v2::kMaxMultiplier);
  const auto logits = draws.many<std::int32_t>(any, -v2::kLogitBound, v2::kLogitBound);
  const v2::Exp2Table exp2 = exp2_table(draws);
  const auto limits = [&](std::int32_t bound) {
    auto all = Draws::zeros<std::int32_t>(n);
    for (std::size_t i = 0; i < n; ++i) all[i] = v2::requantize_limit(multiplier[i], shift, bound);
    return all;
  };
  const auto value_limit = limits(v2::kValueBound);
  const auto step_limit = limits(v2::kResidualStep);
  const auto activation_limit = limits(v2::kActivationBound);
  compare(
      [&](const KernelSet& kernels) {
        const v2::Kernels& k = kernels.v2_network;
        auto normalized = Draws::zeros<std::int8_t>(n);
        k.normalize(sums.data(), 1, n, gain.data(), normalized.data());
        auto requantized = Draws::zeros<std::int8_t>(n);
        k.requantize_values(sums.data(), n, {multiplier.data(), value_limit.data(), shift},
                            requantized.data());
        auto residual = Draws::zeros<std::int32_t>(n);
        k.add_requantized(sums.data(), n, {multiplier.data(), step_limit.data(), shift},
                          residual.data());
        auto squared = Draws::zeros<std::int8_t>(n);
        const v2::ChannelRequantization activation{multiplier.data(), activation_limit.data(),
                                                   shift};
        k.activate_squared(sums.data(), activation, n, squared.data());
        auto gated = Draws::zeros<std::int8_t>(n);
        k.activate(sums.data(), activation, sums.data(), activation, n, gated.data());
        std::vector<std::uint32_t> cumulative(any + 1);
        k.cumulative_frequencies(logits.data(), any, exp2, cumulative.data());
        return std::tuple(values(normalized, n), values(requantized, n), values(residual, n),
                          values(squared, n), values(gated, n), cumulative);
      },
      "vector operations of version 2 are the scalar ones");
}

void compare_vectors_v1(FuzzInput& input) {
  const std::size_t n = simd::kRowPadding * (1 + input.below(16));
  const std::size_t any = 1 + input.below(1100);
  const std::uint32_t coefficient = input.word();
  const std::int32_t range = static_cast<std::int32_t>(input.word() >> 2 >> input.below(30));
  Draws draws(input);
  const auto residual = draws.many<std::int32_t>(n, -range, range);
  const auto x = draws.many<std::int8_t>(n, -127, 127);
  const auto weight = draws.many<std::int8_t>(n, -128, 127);
  auto table = Draws::zeros<std::uint16_t>(v1::kInverseRmsEntries);
  for (std::uint32_t square = 1; square < v1::kInverseRmsEntries; ++square)
    table[square] = v1::inverse_rms(square, v1::Dialect::rust);
  v1::Exp2Table exp2{};
  for (auto& entry : exp2) entry = static_cast<std::uint16_t>(draws.one(0, 65535));
  std::ranges::sort(exp2, std::greater<>());
  const v1::ExpFunction exp = v1::make_exp_function(exp2, coefficient);
  const auto logits = draws.many<std::int32_t>(any, -range, range);
  compare(
      [&](const KernelSet& kernels) {
        const v1::Kernels& k = kernels.v1_network;
        auto normalized = Draws::zeros<std::int8_t>(n);
        k.normalize_residual(residual.data(), weight.data(), table.data(), n, normalized.data());
        auto sum = Draws::zeros<std::int32_t>(n);
        k.add_normalized(x.data(), weight.data(), table.data(), n, sum.data());
        auto weights = Draws::zeros<std::uint16_t>(any);
        const v1::ExpWeights found = k.exp_weights(logits.data(), any, exp, weights.data());
        return std::tuple(values(normalized, n), values(sum, n), values(weights, any), found.sum,
                          found.argmax);
      },
      "vector operations of version 1 are the scalar ones");
}

void compare_networks_v1(FuzzInput& input) {
  const SeededModelOptions shape{.heads = 1 + input.below(3),
                                 .d_ff = 1 + input.below(130),
                                 .layers = 1 + input.below(2),
                                 .merges = input.below(100),
                                 .positions = 64,
                                 .context_log2 = 6,
                                 .sink_key = input.below(2) != 0,
                                 .seed = input.byte()};
  const auto dialect =
      std::array{v1::Dialect::rust, v1::Dialect::i64, v1::Dialect::python}[input.below(3)];
  const v1::Weights weights =
      value_or_abort(v1::load_weights(make_seeded_model(shape)), "a seeded model");
  std::vector<v1::InputRow> rows;
  for (int i = 0; i < 64 && !input.empty(); ++i)
    rows.push_back({0, input.byte() % weights.vocabulary});
  if (rows.empty()) return;
  std::vector<std::vector<std::int32_t>> expected;
  for (const SimdLevel level : supported_simd_levels()) {
    const v1::Network network =
        value_or_abort(v1::Network::create(weights, level, dialect), "a network");
    auto state = value_or_abort(v1::InferenceState::create(network, {1, 64, 64}), "a state");
    state.reset(0);
    state.forward(rows);
    std::vector<std::vector<std::int32_t>> logits;
    for (std::size_t r = 0; r < rows.size(); ++r)
      logits.emplace_back(state.logits(r).begin(), state.logits(r).end());
    if (level == SimdLevel::scalar) expected = logits;
    insist(logits == expected, "networks of version 1 give the scalar logits");
  }
}

void compare_networks_v2(FuzzInput& input) {
  SeededNetworkV2Options shape;
  shape.extreme = input.below(2) != 0;
  shape.seed = input.byte();
  const std::uint32_t kv_heads = 1 + input.below(3);
  shape.config = {.vocabulary = 2 + input.below(200),
                  .d_model = v2::kWidthMultiple * (1 + input.below(8)),
                  .layers = 1 + input.below(2),
                  .heads = kv_heads * (1 + input.below(4)),
                  .kv_heads = kv_heads,
                  .head_dim = v2::kWidthMultiple * (1 + input.below(8)),
                  .d_ff = v2::kWidthMultiple * (1 + input.below(10)),
                  .window = v2::kWidthMultiple * (1 + input.below(4)),
                  .bigram_buckets = input.below(2) * 16,
                  .gated = input.below(2),
                  .tied = input.below(2),
                  .embedding_shift = input.below(v2::NetworkLimits::kEmbeddingShift + 1),
                  .group_size = 1};
  shape.config.group_size = 1 + input.below(shape.config.vocabulary);
  const std::uint32_t streams = 1 + input.below(5);
  const Bytes bytes = write_safetensors(make_seeded_network_v2(shape));
  const auto file = value_or_abort(safetensors::File::parse(bytes), "a seeded network");
  const auto groups = seeded_groups(shape.config);
  const auto tokens = input.rest();
  const std::size_t steps = std::min<std::size_t>(tokens.size() / streams, 150);
  std::vector<std::int32_t> expected;
  for (const SimdLevel level : supported_simd_levels()) {
    const auto network = value_or_abort(
        v2::Network::create(file, level, {.tokens = {}, .groups = groups}), "a network");
    auto state = value_or_abort(v2::InferenceState::create(network, streams), "a state");
    std::vector<std::int32_t> all;
    std::vector<std::int32_t> logits(streams * network.groups());
    std::vector<std::uint32_t> step(streams);
    for (std::size_t i = 0; i < steps; ++i) {
      for (std::uint32_t s = 0; s < streams; ++s)
        step[s] = tokens[i * streams + s] % shape.config.vocabulary;
      state.step(step, logits);
      all.insert(all.end(), logits.begin(), logits.end());
      const std::size_t group = step[0] % network.groups();
      all.resize(all.size() + network.members(group));
      state.member_logits(0, group, std::span(all).last(network.members(group)));
    }
    if (level == SimdLevel::scalar) expected = all;
    insist(all == expected, "networks of version 2 give the scalar logits");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 1024) return 0;
  FuzzInput input(data, size);
  constexpr std::array kComparisons{compare_dense,       compare_mixer,      compare_attention_v2,
                                    compare_vectors_v2,  compare_vectors_v1, compare_networks_v1,
                                    compare_networks_v2, compare_prior,      compare_successors,
                                    compare_recurrent};
  kComparisons[input.below(kComparisons.size())](input);
  return 0;
}
