#include "v2/recurrent/parameters.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "czip/codec/v2/coding/constants.hpp"

namespace czip::v2::training {
namespace {

// The longest time scale of a state, in tokens, as a natural logarithm: 1000.
constexpr float kLongestTimeLog = 6.9077553F;
// The shortest: most of the state is replaced.
constexpr float kLargestGate = 0.95F;

// The spread of the initial parameters about their means. Tuned on the corpus of models/README.md.
constexpr float kGateSpread = 0.1F;
constexpr float kInputSpread = 0.5F;
constexpr float kEmbeddingMean = 0.3F;
constexpr float kEmbeddingSpread = 0.1F;
constexpr float kWeightSpread = 1.0F;  // over the root of the state's width
constexpr float kNodeSpread = 0.05F;

// What a state's output is on average, if the inputs are independent of each other.
constexpr float kOutputScale = 0.7F;
constexpr float kLargestGain = 31;

// About normal: the sum of 12 uniform deviates (so that no library function decides).
class Deviates {
 public:
  explicit Deviates(std::uint64_t seed) : random_(seed) {}
  float operator()(float spread) {
    std::uint64_t sum = 0;
    for (int i = 0; i < 4; ++i) {
      const std::uint64_t r = random_();
      sum += (r & 0xfffff) + (r >> 20 & 0xfffff) + (r >> 40 & 0xfffff);
    }
    const auto centred = static_cast<std::int64_t>(sum) - 6 * std::int64_t{0xfffff};
    return spread * (static_cast<float>(centred) * 0x1p-20F);
  }

 private:
  std::mt19937_64 random_;
};

// The gates' values before the sigmoid, and the gains that go with them.
void set_time_scales(RecurrentParameters& p, AlignedFloats& gate, const RecurrentKernels& kernels) {
  const std::size_t n = p.shape.state;
  for (std::size_t i = 0; i < n; ++i)
    gate.data()[i] = -kLongestTimeLog * static_cast<float>(i) / static_cast<float>(n - 1);
  kernels.exponentials(n, gate.data());
  for (std::size_t i = 0; i < n; ++i) {
    const float z = std::min(gate.data()[i], kLargestGate);
    // The mean square of a moving average of independent values is z / (2 - z) of theirs. The
    // square root is one that IEEE 754 rounds.
    const float gain = std::min(kOutputScale * std::sqrt((2 - z) / z), kLargestGain);
    p.gain.data()[i] = std::floor(gain * kGainUnits + 0.5F) / kGainUnits;
    gate.data()[i] = z / (1 - z);
  }
  kernels.logarithms(n, gate.data());
}

void set_biases(RecurrentParameters& p, const CodePaths& paths,
                std::span<const std::uint16_t> ranks, const RecurrentKernels& kernels) {
  const std::size_t n = p.shape.vocabulary;
  std::vector<std::uint64_t> tokens(n);
  for (const std::uint16_t rank : ranks)
    if (rank != kNoToken) ++tokens[rank];
  std::vector<std::uint64_t> counts(2 * n);
  for (std::uint32_t rank = 0; rank < n; ++rank)
    for (const Decision d : paths.of(rank))
      counts[2 * std::size_t{d.node} + (d.bit ? 1U : 0U)] += tokens[rank];
  AlignedFloats odds(n);
  for (std::size_t i = 0; i < odds.size(); ++i) {
    const bool used = i > 0 && i < n;
    odds.data()[i] = used ? (static_cast<float>(counts[2 * i + 1]) + 0.5F) /
                                (static_cast<float>(counts[2 * i]) + 0.5F)
                          : 1;
  }
  kernels.logarithms(odds.size(), odds.data());
  for (std::size_t i = 1; i < n; ++i)
    p.node(i)[p.shape.hidden] = std::clamp(odds.data()[i], -kLargestBias, kLargestBias);
}

}  // namespace

RecurrentParameters initial_parameters(const RecurrentShape& shape, const CodePaths& paths,
                                       std::span<const std::uint16_t> ranks, std::uint64_t seed,
                                       const RecurrentKernels& kernels) {
  RecurrentParameters p{shape, AlignedFloats(shape.vocabulary * shape.token_width()),
                        AlignedFloats(shape.vocabulary * shape.node_width()),
                        AlignedFloats(shape.hidden * shape.state), AlignedFloats(shape.state)};
  AlignedFloats gate(shape.state);
  set_time_scales(p, gate, kernels);
  Deviates deviate(seed);
  const std::size_t s = shape.state;
  for (std::size_t t = 0; t < shape.vocabulary; ++t) {
    float* row = p.token(t);
    for (std::size_t i = 0; i < s; ++i) row[i] = gate.data()[i] + deviate(kGateSpread);
    for (std::size_t i = 0; i < s; ++i) row[s + i] = deviate(kInputSpread);
    for (std::size_t i = 0; i < shape.hidden; ++i)
      row[2 * s + i] = kEmbeddingMean + deviate(kEmbeddingSpread);
  }
  const float weight_spread = kWeightSpread / std::sqrt(static_cast<float>(s));
  for (std::size_t i = 0; i < shape.hidden * s; ++i) p.weights.data()[i] = deviate(weight_spread);
  for (std::size_t n = 1; n < shape.vocabulary; ++n)
    for (std::size_t i = 0; i < shape.hidden; ++i) p.node(n)[i] = deviate(kNodeSpread);
  set_biases(p, paths, ranks, kernels);
  return p;
}

}  // namespace czip::v2::training
