#include "commands/selftest_model.hpp"

#include <bit>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "czip/engine/v1/constants.hpp"
#include "czip/engine/v1/weights.hpp"
#include "czip/tokenizer/v1/tokenizer.hpp"

namespace czip::tool {
namespace {

constexpr std::uint32_t kVocabulary = 300;
constexpr std::uint32_t kHeads = 2;
constexpr std::uint32_t kFeedForward = 96;
constexpr std::uint32_t kLayers = 2;
// Long enough for the 32-bit attention accumulator to wrap, which takes 259 positions.
constexpr std::uint32_t kPositions = 300;

// SplitMix64 (Steele, Lea and Flood, 2014).
class Random {
 public:
  // A value in [-limit, limit].
  std::int32_t next(std::int32_t limit) {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    const auto span = static_cast<std::uint64_t>(2 * std::int64_t{limit} + 1);
    return static_cast<std::int32_t>(static_cast<std::int64_t>(z % span) - limit);
  }

  template <class T>
  std::vector<T> vector(std::size_t n, std::int32_t limit) {
    std::vector<T> values(n);
    for (T& value : values) value = static_cast<T>(next(limit));
    return values;
  }

  MatrixI8 matrix(std::uint32_t rows, std::uint32_t cols) {
    return {rows, cols, vector<std::int8_t>(std::size_t{rows} * cols, 127)};
  }

  // The multiplier lets some outputs reach the limits of an activation, as in trained models.
  v1::DenseWeights dense(std::uint32_t rows, std::uint32_t cols, std::int32_t multiplier) {
    return {matrix(rows, cols), {multiplier, 20}};
  }

 private:
  std::uint64_t state_ = 20260101;
};

v1::LayerWeights make_layer(Random& random, std::uint32_t index, std::uint32_t d) {
  v1::LayerWeights layer;
  layer.attention_input_norm = random.vector<std::int8_t>(d, 127);
  // Most values of the first layer are at the limits, so that a repeated token fills the
  // accumulator.
  layer.qkv = random.dense(d + 2 * v1::kHeadDim, d, index == 0 ? 60000 : 1500);
  // Small multipliers keep the weights of many positions near their maximum.
  layer.score_multiplier = random.vector<std::int32_t>(kHeads, index == 0 ? 3 : 40000);
  if (index == 1) {
    auto& key = layer.sink_key.emplace();
    for (std::int8_t& k : key) k = static_cast<std::int8_t>(random.next(127));
  }
  layer.attention_output = random.dense(d, d, 700);
  layer.attention_output_norm = random.vector<std::int8_t>(d, 127);
  layer.feed_forward_input_norm = random.vector<std::int8_t>(d, 127);
  layer.up = random.dense(2 * kFeedForward, d, 1500);
  layer.down = random.dense(d, kFeedForward, 700);
  layer.feed_forward_output_norm = random.vector<std::int8_t>(d, 127);
  return layer;
}

v1::Weights make_network() {
  Random random;
  v1::Weights network;
  network.vocabulary = kVocabulary;
  network.heads = kHeads;
  network.d_model = kHeads * v1::kHeadDim;
  network.d_ff = kFeedForward;
  network.positions = kPositions;
  network.context_log2 = static_cast<std::uint32_t>(std::bit_width(kPositions)) - 1;
  network.context = std::uint32_t{1} << network.context_log2;
  network.embedding = random.matrix(kVocabulary, network.d_model);
  for (std::uint32_t i = 0; i < kLayers; ++i)
    network.layers.push_back(make_layer(random, i, network.d_model));
  network.final_norm = random.vector<std::int8_t>(network.d_model, 127);
  network.head = random.matrix(kVocabulary, network.d_model);
  // A straight line from 1 to 1/2 stands in for 2^(-i/256): any table tests the arithmetic.
  for (std::uint32_t i = 0; i < v1::kExp2Entries; ++i)
    network.exp2_table[i] = static_cast<std::uint16_t>(65535 - 128 * i);
  network.rope_cos = random.vector<std::int16_t>(std::size_t{kPositions} * v1::kRopePairs, 32767);
  network.rope_sin = random.vector<std::int16_t>(std::size_t{kPositions} * v1::kRopePairs, 32767);
  network.softmax_coefficient = v1::kDefaultSoftmaxCoefficient;
  network.target_total = v1::kMaxTargetTotal - kVocabulary - v1::kDefaultTotalReserve;
  return network;
}

// Tokens: each byte, a few longer ones, and the special ones.
std::string make_tokenizer_json() {
  std::string ranks;
  for (unsigned byte = 0; byte < 256; ++byte) ranks += format("\"\\u%04x\":%u,", byte, byte);
  ranks += R"("th":256,"he":257,"the":258," t":259)";
  return R"({"pat_str":"\\s?\\w+|\\s|[^\\s\\w]+","mergeable_ranks":{)" + ranks +
         R"(},"special_tokens":{"<|bos|>":298,"<|eos|>":299},"explicit_n_vocab":300})";
}

}  // namespace

Result<v1::Model> make_selftest_model() {
  CZIP_TRY_ASSIGN(auto tokenizer, v1::Tokenizer::from_json(make_tokenizer_json()));
  CZIP_TRY_ASSIGN(const auto bos, tokenizer.special_token("<|bos|>"));
  return v1::Model{
      .network = make_network(), .tokenizer = std::move(tokenizer), .first_token = bos};
}

}  // namespace czip::tool
