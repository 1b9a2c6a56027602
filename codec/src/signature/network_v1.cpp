// The v1 network: a model of random weights, and its forward pass.
#include <bit>
#include <cstdint>
#include <vector>

#include "czip/codec/signature.hpp"
#include "czip/engine/v1/constants.hpp"
#include "czip/engine/v1/network.hpp"
#include "czip/engine/v1/output_distribution.hpp"
#include "signature/parts.hpp"
#include "signature/random.hpp"

namespace czip {
namespace signature {
namespace {

constexpr std::uint32_t kVocabulary = 300;
constexpr std::uint32_t kHeads = 2;
constexpr std::uint32_t kFeedForward = 96;
constexpr std::uint32_t kLayers = 2;
// Long enough for the 32-bit attention accumulator to wrap, which takes 259 positions.
constexpr std::uint32_t kPositions = 300;
constexpr std::uint32_t kSequences = 2;

MatrixI8 make_matrix(Random& random, std::uint32_t rows, std::uint32_t cols) {
  return {rows, cols, random.vector<std::int8_t>(std::size_t{rows} * cols, -127, 127)};
}

std::vector<std::int8_t> make_norm(Random& random, std::uint32_t size) {
  return random.vector<std::int8_t>(size, -127, 127);
}

// The multiplier lets some outputs reach the limits of an activation, as in trained models.
v1::DenseWeights make_dense(Random& random, std::uint32_t rows, std::uint32_t cols,
                            std::int32_t multiplier) {
  return {make_matrix(random, rows, cols), {multiplier, 20}};
}

v1::LayerWeights make_layer(Random& random, std::uint32_t index, std::uint32_t d) {
  v1::LayerWeights layer;
  layer.attention_input_norm = make_norm(random, d);
  // Most values of the first layer are at the limits, so that a repeated token fills the
  // accumulator.
  layer.qkv = make_dense(random, d + 2 * v1::kHeadDim, d, index == 0 ? 60000 : 1500);
  // Small multipliers keep the weights of many positions near their maximum.
  const std::int32_t score = index == 0 ? 3 : 40000;
  layer.score_multiplier = random.vector<std::int32_t>(kHeads, -score, score);
  if (index == 1) {
    auto& key = layer.sink_key.emplace();
    for (std::int8_t& k : key) k = static_cast<std::int8_t>(random.between(-127, 127));
  }
  layer.attention_output = make_dense(random, d, d, 700);
  layer.attention_output_norm = make_norm(random, d);
  layer.feed_forward_input_norm = make_norm(random, d);
  layer.up = make_dense(random, 2 * kFeedForward, d, 1500);
  layer.down = make_dense(random, d, kFeedForward, 700);
  layer.feed_forward_output_norm = make_norm(random, d);
  return layer;
}

// The first sequence repeats one token, so that its attention accumulator passes 2^31.
std::uint32_t token_of(std::uint32_t sequence, std::uint32_t position) {
  if (sequence == 0) return 17;
  return (position * position * 7 + position * 31 + sequence * 101) % kVocabulary;
}

// Runs all sequences in one batch at even positions and row by row at odd ones: the values must not
// depend on the batch.
Status add_dialect(const v1::Weights& weights, SimdLevel level, v1::Dialect dialect,
                   Hasher& hasher) {
  CZIP_TRY_ASSIGN(const auto network, v1::Network::create(weights, level, dialect));
  CZIP_TRY_ASSIGN(auto state,
                  v1::InferenceState::create(network, {kSequences, kPositions, kSequences}));
  CZIP_TRY_ASSIGN(auto distribution, v1::OutputDistribution::create(network));
  const auto take = [&](std::size_t row, bool frequencies) {
    const auto logits = state.logits(row);
    hasher.add(logits);
    if (!frequencies) return;
    distribution.assign(logits);
    for (std::uint32_t symbol = 0; symbol < kVocabulary; ++symbol)
      hasher.add(distribution.range(symbol).high);
  };
  for (std::uint32_t position = 0; position < kPositions; ++position) {
    std::vector<v1::InputRow> rows;
    for (std::uint32_t sequence = 0; sequence < kSequences; ++sequence)
      rows.push_back({sequence, token_of(sequence, position)});
    const bool frequencies = position % 8 < 2;
    if (position % 2 == 0) {
      state.forward(rows);
      for (std::size_t row = 0; row < rows.size(); ++row) take(row, frequencies);
    } else {
      for (const v1::InputRow& row : rows) {
        state.forward({&row, 1});
        take(0, frequencies);
      }
    }
  }
  return {};
}

}  // namespace

Status add_network_v1(SimdLevel level, Hasher& hasher) {
  const v1::Weights weights = signature_network_v1();
  for (const v1::Dialect dialect : v1::kDialects)
    CZIP_TRY(add_dialect(weights, level, dialect, hasher));
  return {};
}

}  // namespace signature

v1::Weights signature_network_v1() {
  using namespace signature;
  Random random(5);
  v1::Weights network;
  network.vocabulary = kVocabulary;
  network.heads = kHeads;
  network.d_model = kHeads * v1::kHeadDim;
  network.d_ff = kFeedForward;
  network.positions = kPositions;
  network.context_log2 = static_cast<std::uint32_t>(std::bit_width(kPositions)) - 1;
  network.context = std::uint32_t{1} << network.context_log2;
  network.embedding = make_matrix(random, kVocabulary, network.d_model);
  for (std::uint32_t i = 0; i < kLayers; ++i)
    network.layers.push_back(make_layer(random, i, network.d_model));
  network.final_norm = make_norm(random, network.d_model);
  network.head = make_matrix(random, kVocabulary, network.d_model);
  // A straight line from 1 to 1/2 stands in for 2^(-i/256): any table tests the arithmetic.
  for (std::uint32_t i = 0; i < v1::kExp2Entries; ++i)
    network.exp2_table[i] = static_cast<std::uint16_t>(65535 - 128 * i);
  const std::size_t angles = std::size_t{kPositions} * v1::kRopePairs;
  network.rope_cos = random.vector<std::int16_t>(angles, -32767, 32767);
  network.rope_sin = random.vector<std::int16_t>(angles, -32767, 32767);
  network.softmax_coefficient = v1::kDefaultSoftmaxCoefficient;
  network.target_total = v1::kMaxTargetTotal - kVocabulary - v1::kDefaultTotalReserve;
  return network;
}

}  // namespace czip
