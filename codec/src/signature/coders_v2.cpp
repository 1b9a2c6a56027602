// The kernels of the predictor and the range coder.
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "czip/codec/v2/coding/constants.hpp"
#include "czip/engine/v2/logistic.hpp"
#include "czip/engine/v2/mixer_kernels.hpp"
#include "czip/engine/v2/prior_kernels.hpp"
#include "czip/engine/v2/successor_kernels.hpp"
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
    const auto values = random.vector<std::int32_t>(inputs, -v2::kMaxStretch, v2::kMaxStretch);
    const auto errors = random.vector<std::int32_t>(sets.size(), -(1 << 18) + 1, (1 << 18) - 1);
    kernels.dot_products(read_sets.data(), sets.size(), values.data(), inputs, outputs.data());
    hasher.add(std::span<const std::int32_t>(outputs));
    kernels.train(sets.data(), sets.size(), values.data(), inputs, errors.data());
  }
  hasher.add(std::span<const std::int32_t>(weights));
}

// A list of any content, also such as no text leaves.
v2::SuccessorList any_list(Random& random) {
  const auto byte = [&random] {
    const std::uint32_t kind = random.below(6);
    const std::uint32_t any = random.below(kind < 3 ? 256 : 12);
    return static_cast<std::uint8_t>(kind == 0 ? 0 : kind == 1 ? v2::kMaxSuccessorCount : any);
  };
  v2::SuccessorList list{};
  list.check = static_cast<std::uint16_t>(random.below(65536));
  list.total = byte();
  list.escapes = byte();
  const std::uint32_t ranks = random.below(4) == 0 ? 65536 : 10;
  for (auto& rank : list.rank) rank = static_cast<std::uint16_t>(random.below(ranks));
  for (auto& count : list.count) count = byte();
  return list;
}

constexpr std::uint32_t kLists = 24;  // of which a token uses some, one perhaps twice

// What a token's coding does with its lists.
void add_token(std::span<v2::SuccessorList> table, std::span<std::uint32_t> maps,
               const v2::Logistic& logistic, const v2::SuccessorKernels& kernels, Random& random,
               Hasher& hasher) {
  const std::size_t lists = random.below(v2::kListLanes + 1);
  const auto index = random.vector<std::uint32_t>(v2::kListLanes, 0, kLists - 1);
  v2::SuccessorLanes lanes;
  kernels.load(table.data(), index.data(), lists, lanes);
  std::array<std::uint32_t, v2::kListLanes> probability{};
  for (std::size_t which = 0; which < v2::kSuccessorsPerList; ++which) {
    kernels.score(lanes, which, maps.data(), probability.data());
    hasher.add(std::span<const std::uint32_t>(probability));
  }
  std::array<std::int32_t, v2::kListLanes> inputs{};
  for (std::uint32_t i = 0; i < v2::kDecisionClasses; ++i) {
    const std::uint32_t ranks = random.below(4) == 0 ? 65536 : 10;
    const v2::SuccessorDecision decision{i == v2::kCandidateClass, random.below(ranks), i};
    const bool bit = random.below(2) != 0;
    kernels.predict(lanes, decision, maps.data(), logistic.stretch_table(), inputs.data());
    hasher.add(std::span<const std::int32_t>(inputs));
    hasher.add(std::span<const std::uint32_t>(lanes.state));
    kernels.learn(lanes, bit, 255, maps.data());
    kernels.rule_out(lanes, decision, bit);
    hasher.add(lanes.active);
  }
  kernels.update(table.data(), index.data(), lists, static_cast<std::uint16_t>(random.below(10)));
}

}  // namespace

Status add_successors(SimdLevel level, Hasher& hasher) {
  Random random(11);
  const v2::Logistic logistic;
  std::vector<v2::SuccessorList> table(kLists);
  auto maps = random.vector<std::uint32_t>(v2::kListLanes * v2::kSuccessorStates, 0, UINT32_MAX);
  for (int token = 0; token < 300; ++token) {
    const std::uint32_t replaced = random.below(kLists);
    table[replaced] = any_list(random);
    add_token(table, maps, logistic, v2::successor_kernels(level), random, hasher);
  }
  for (const v2::SuccessorList& list : table) {
    hasher.add(list.total);
    hasher.add(list.escapes);
    hasher.add(std::span<const std::uint16_t>(list.rank));
    hasher.add(std::span<const std::uint8_t>(list.count));
  }
  hasher.add(std::span<const std::uint32_t>(maps));
  return {};
}

Status add_prior(SimdLevel level, Hasher& hasher) {
  Random random(12);
  const v2::PriorKernels& kernels = v2::prior_kernels(level);
  v2::PriorLevelTable table{};
  for (auto& p : table) p = static_cast<std::uint16_t>(random.below(65536));
  for (int i = 0; i < 600; ++i) {
    const std::size_t count = random.below(i % 16 == 0 ? 3000 : 70);
    // Bytes of any value are cells; ranks of few bits are found more than once.
    auto cells = random.vector<std::uint8_t>(2 * count + 1, 0, 255);
    if (i % 2 == 0)
      for (std::size_t c = 1; c < cells.size(); c += 2) cells[c] = 0;
    const std::uint8_t* const first = cells.data() + i % 2;
    const std::uint32_t rank = random.below(i % 2 == 0 ? 33 : v2::kMaxPriorRanks + 1);
    const v2::PriorSum sum = kernels.below(first, count, rank, table);
    hasher.add(sum.cells);
    hasher.add(sum.probability);
    hasher.add(static_cast<std::uint32_t>(kernels.find(first, count, rank)));
    if (count > 0) hasher.add(static_cast<std::uint32_t>(kernels.likeliest(first, count)));
  }
  return {};
}

Status add_mixer(SimdLevel level, Hasher& hasher) {
  Random random(3);
  for (const std::size_t inputs : {std::size_t{8}, std::size_t{16}, std::size_t{24}, kRow})
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
    std::uint32_t p = random.below(v2::kProbabilityOne);
    p >>= random.below(v2::kProbabilityBits);
    if (random.below(2) != 0) p = v2::kProbabilityOne - p;
    decision.p = std::clamp<std::uint32_t>(p, 1, v2::kMaxProbability);
    decision.bit = random.below(v2::kProbabilityOne) < decision.p;
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
