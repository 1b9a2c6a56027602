// Networks of public language models: right ones with changes (model_edits.hpp), or, after a first
// byte of 0, any bytes. What is accepted computes alike at every SIMD level, in whatever rows.
#include <algorithm>
#include <array>

#include "czip/engine/llm/state.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "fuzz/codec/model_edits.hpp"
#include "fuzz/fuzz.hpp"
#include "support/llm_seeded_model.hpp"

namespace {

using namespace czip;
using namespace czip::test;

using Logits = std::vector<std::int32_t>;

constexpr std::size_t kMostWeights = 200'000;  // that one input may have multiplied
constexpr std::uint32_t kWindow = 16;
constexpr std::size_t kRows = 40;

llm::Config tiny_config() {
  return {.vocabulary = 40,
          .width = 16,
          .layers = 2,
          .heads = 2,
          .kv_heads = 1,
          .head_size = 16,
          .feed_forward = 32,
          .context = 16,
          .kept = 4,
          .rotary = 12,
          .gated = 1,
          .block = 16,
          .biases = llm::kAllBiases,
          .epsilon = 1000};
}

// Gated or not, rotated or not, of spread or extreme numbers.
const SafetensorsContent& base(std::uint32_t kind) {
  static const std::array<SafetensorsContent, 8> contents = [] {
    std::array<SafetensorsContent, 8> made;
    for (std::uint32_t i = 0; i < made.size(); ++i) {
      SeededLlmOptions options{.config = tiny_config(), .extreme = i % 2 != 0, .seed = i};
      if (i / 2 % 2 != 0) options.config.gated = 0;
      if (i / 4 % 2 != 0) options.config.rotary = 0;
      made[i] = make_seeded_llm(options);
    }
    return made;
  }();
  return contents[kind % contents.size()];
}

std::size_t weights_of(const llm::Config& c) {
  const std::size_t layer = std::size_t{c.width} * c.qkv_width() +
                            std::size_t{c.width} * c.query_width() +
                            std::size_t{c.width} * (c.up_width() + c.feed_forward);
  return layer * c.layers + std::size_t{c.width} * c.vocabulary;
}

// Rows of two streams that go beyond their windows.
std::vector<llm::Row> rows_of(FuzzInput input, std::uint32_t vocabulary) {
  std::vector<llm::Row> rows(kRows);
  for (llm::Row& row : rows) row = {input.below(4) == 3 ? 1U : 0U, input.byte() % vocabulary};
  return rows;
}

Logits logits_of(const llm::Weights& weights, SimdLevel level, const std::vector<llm::Row>& rows,
                 std::uint32_t at_once) {
  const auto network = value_or_abort(llm::Network::create(weights, level), "a network");
  auto state = value_or_abort(
      llm::State::create(network, {.streams = 2, .window = kWindow, .rows = at_once}), "a state");
  Logits logits(rows.size() * weights.config.vocabulary);
  state.forward(rows, logits);
  std::vector<std::uint64_t> cumulative(weights.config.vocabulary + std::size_t{1});
  network.cumulative_frequencies(std::span(logits).last(weights.config.vocabulary), cumulative);
  insist(cumulative[0] == 0 && cumulative.back() < std::uint64_t{1} << 52, "a total is in bounds");
  insist(std::ranges::adjacent_find(cumulative, std::greater_equal<>{}) == cumulative.end(),
         "no frequency is 0");
  for (const std::int32_t logit : logits)
    insist(magnitude(logit) <= llm::kBound, "logits are in bounds");
  return logits;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 16384) return 0;
  FuzzInput input(data, size);
  const std::uint8_t kind = input.byte();
  FuzzInput tokens = input;
  const Bytes bytes =
      kind == 0 ? Bytes(input.rest().begin(), input.rest().end()) : edited_model(base(kind), input);
  const MemoryBound bound((std::size_t{16} << 20) + 16 * bytes.size());
  const auto file = safetensors::File::parse(bytes);
  if (!file) {
    insist_error(file.error(), {ErrorCode::corrupt, ErrorCode::truncated, ErrorCode::unsupported});
    return 0;
  }
  const auto weights = llm::Weights::parse(*file);
  if (!weights) {
    insist_error(weights.error(), {ErrorCode::corrupt, ErrorCode::unsupported});
    return 0;
  }
  if (weights_of(weights->config) > kMostWeights) return 0;
  const std::vector<llm::Row> rows = rows_of(tokens, weights->config.vocabulary);
  const Logits expected = logits_of(*weights, SimdLevel::scalar, rows, 1);
  insist(logits_of(*weights, SimdLevel::scalar, rows, 9) == expected,
         "rows together change nothing");
  for (const SimdLevel level : supported_simd_levels())
    insist(logits_of(*weights, level, rows, 16) == expected, "all levels give the same logits");
  return 0;
}
