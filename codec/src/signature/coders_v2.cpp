// The mixer's kernels and the range coder.
#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "czip/engine/v2/mixer_kernels.hpp"
#include "signature/parts.hpp"
#include "signature/random.hpp"
#include "v2/coding/range_coder.hpp"

namespace czip::signature {
namespace {

constexpr std::size_t kRow = v2::kMaxMixerInputs;

void add_mixer_of(std::size_t inputs, const v2::MixerKernels& kernels, Random& random,
                  Hasher& hasher) {
  std::vector<std::int32_t> weights =
      random.vector<std::int32_t>(v2::kMaxSets * kRow, -v2::kMaxWeight, v2::kMaxWeight);
  std::array<std::int32_t*, v2::kMaxSets> sets{};
  std::array<const std::int32_t*, v2::kMaxSets> read_sets{};
  for (std::size_t s = 0; s < sets.size(); ++s) read_sets[s] = sets[s] = &weights[s * kRow];
  std::array<std::int32_t, v2::kMaxSets> outputs{};
  for (int i = 0; i < 300; ++i) {
    const auto values = random.vector<std::int32_t>(inputs, -2047, 2047);
    const auto errors = random.vector<std::int32_t>(sets.size(), -(1 << 18) + 1, (1 << 18) - 1);
    kernels.dot_products(read_sets.data(), sets.size(), values.data(), inputs, outputs.data());
    hasher.add(std::span<const std::int32_t>(outputs));
    kernels.train(sets.data(), sets.size(), values.data(), inputs, errors.data());
  }
  hasher.add(std::span<const std::int32_t>(weights));
}

}  // namespace

Status add_mixer(SimdLevel level, Hasher& hasher) {
  Random random(3);
  for (const std::size_t inputs : {std::size_t{8}, std::size_t{24}, std::size_t{40}, kRow})
    add_mixer_of(inputs, v2::mixer_kernels(level), random, hasher);
  return {};
}

// Decisions of every kind of probability, the extremes among them, so that carries run far.
Status add_range_coder(SimdLevel, Hasher& hasher) {
  struct Decision {
    std::uint32_t p;
    bool bit;
  };
  Random random(4);
  std::vector<Decision> decisions(20'000);
  for (Decision& decision : decisions) {
    std::uint32_t p = random.below(65536);
    p >>= random.below(16);
    decision.p = std::clamp<std::uint32_t>(random.below(2) == 0 ? p : 65536 - p, 1, 65535);
    decision.bit = random.below(65536) < decision.p;
  }
  std::vector<std::uint8_t> bytes;
  v2::RangeEncoder encoder(bytes);
  for (const Decision& decision : decisions) encoder.encode(decision.bit, decision.p);
  encoder.finish();
  hasher.add_bytes(bytes);

  v2::RangeDecoder decoder(bytes);
  for (const Decision& decision : decisions) {
    if (decoder.decode(decision.p) != decision.bit)
      return fail(ErrorCode::internal, "the range coder's bits come back changed");
  }
  if (!decoder.ends_here() || decoder.range() != encoder.range())
    return fail(ErrorCode::internal, "the range decoder does not end where the encoder did");
  return {};
}

}  // namespace czip::signature
