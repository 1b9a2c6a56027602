// The czip-model-v2 network: logits depend on the weights and a stream's tokens alone, whatever the
// SIMD level and the number of streams; frequencies follow the logits; hostile tensors are refused.
#include "czip/engine/v2/network.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "support/error_style.hpp"
#include "support/fnv1a.hpp"
#include "support/seeded_tokens.hpp"
#include "support/splitmix64.hpp"
#include "support/v2_seeded_network.hpp"
#include "v2/kernels.hpp"

namespace czip::v2 {
namespace {

using test::SeededNetworkV2Options;
using Logits = std::vector<std::int32_t>;

struct Shape {
  const char* name;
  NetworkConfig config;
};

// vocabulary, d_model, layers, heads, kv_heads, head_dim, d_ff, window, bigram, gated, tied, shift,
// group size
const Shape kShapes[] = {
    {"grouped heads", {300, 64, 2, 4, 2, 32, 160, 32, 64, 0, 0, 4, 40}},
    {"gated, tied, wide heads, groups of one", {1031, 128, 1, 2, 1, 64, 208, 48, 0, 1, 1, 6, 1}},
    {"odd sizes, one group", {77, 80, 3, 3, 3, 48, 112, 16, 1, 1, 0, 0, 77}},
    {"heads of 16, four layers", {513, 48, 4, 6, 2, 16, 1056, 176, 16, 0, 1, 12, 64}},
    {"heads of 128", {2, 16, 1, 1, 1, 128, 16, 64, 2, 0, 0, 5, 1}},
};

const std::vector<std::uint32_t> kGroups = test::seeded_groups(SeededNetworkV2Options().config);

Result<Network> make_network(const test::SafetensorsContent& content, SimdLevel level,
                             std::span<const std::uint16_t> order = {},
                             std::span<const std::uint32_t> groups = kGroups) {
  const std::vector<std::uint8_t> bytes = test::write_safetensors(content);
  const auto file = safetensors::File::parse(bytes);
  REQUIRE(file.has_value());
  return Network::create(*file, level, {.tokens = order, .groups = groups});
}

Network seeded_network(const SeededNetworkV2Options& options, SimdLevel level) {
  auto network = make_network(test::make_seeded_network_v2(options), level, {},
                              test::seeded_groups(options.config));
  if (!network) FAIL(network.error().message);
  return std::move(*network);
}

InferenceState make_state(const Network& network, std::uint32_t streams) {
  auto state = InferenceState::create(network, streams);
  REQUIRE(state.has_value());
  return std::move(*state);
}

// The logits of the groups, then those of all groups' members in the order of ranks.
void append_logits(const Network& network, InferenceState& state, std::uint32_t stream,
                   std::span<const std::int32_t> group_logits, Logits& all) {
  all.insert(all.end(), group_logits.begin(), group_logits.end());
  for (std::size_t group = 0; group < network.groups(); ++group) {
    const std::size_t first = all.size();
    all.resize(first + network.members(group));
    state.member_logits(stream, group, std::span(all).subspan(first));
  }
}

// All logits of the first `kept` of `streams` streams: [kept][steps * (groups + V)].
std::vector<Logits> run(const Network& network, std::uint32_t streams, std::size_t steps,
                        std::uint32_t kept) {
  const std::uint32_t vocabulary = network.config().vocabulary;
  InferenceState state = make_state(network, streams);
  std::vector<std::vector<std::uint32_t>> texts;
  for (std::uint32_t s = 0; s < streams; ++s)
    texts.push_back(test::seeded_tokens(s, vocabulary, steps));
  std::vector<Logits> kept_logits(kept);
  std::vector<std::uint32_t> tokens(streams);
  Logits logits(streams * network.groups());
  for (std::size_t i = 0; i < steps; ++i) {
    for (std::uint32_t s = 0; s < streams; ++s) tokens[s] = texts[s][i];
    state.step(tokens, logits);
    for (std::uint32_t s = 0; s < kept; ++s)
      append_logits(network, state, s,
                    std::span(logits).subspan(s * network.groups(), network.groups()),
                    kept_logits[s]);
  }
  return kept_logits;
}

TEST_CASE("logits are the same at every level and for every number of streams") {
  for (const Shape& shape : kShapes) {
    CAPTURE(shape.name);
    SeededNetworkV2Options options;
    options.config = shape.config;
    const std::size_t steps = 2 * shape.config.window + 5;
    std::vector<Logits> expected;
    for (const SimdLevel level : supported_simd_levels()) {
      CAPTURE(simd_level_name(level));
      const Network network = seeded_network(options, level);
      if (level == SimdLevel::scalar) expected = run(network, 3, steps, 3);
      CHECK(run(network, 3, steps, 3) == expected);
      CHECK(run(network, 1, steps, 1)[0] == expected[0]);
      if (level == best_simd_level() && shape.config.layers <= 2)
        CHECK(run(network, 64, steps, 3) == expected);
    }
  }
}

TEST_CASE("logits stay what they were when the semantics were defined") {
  SeededNetworkV2Options options;
  CHECK(test::fnv1a(run(seeded_network(options, best_simd_level()), 1, 100, 1)[0]) ==
        0x4fa0c1f04e471e51);
  options.config.gated = 1;
  CHECK(test::fnv1a(run(seeded_network(options, best_simd_level()), 1, 100, 1)[0]) ==
        0xf0800f21936b54da);
}

TEST_CASE("random logits are spread: the comparison is worth something") {
  const Network network = seeded_network({}, SimdLevel::scalar);
  const Logits logits = run(network, 1, 50, 1)[0];
  double square = 0;
  for (const std::int32_t logit : logits) square += static_cast<double>(logit) * logit;
  square /= static_cast<double>(logits.size());
  CHECK(square > 50 * 50);
  CHECK(square < 2000 * 2000);
}

TEST_CASE("weights, gains and scales at their ends give the same at every level") {
  for (const Shape& shape : kShapes) {
    for (const std::uint64_t seed : {1U, 2U}) {
      CAPTURE(shape.name);
      SeededNetworkV2Options options{.config = shape.config, .extreme = true, .seed = seed};
      options.config.embedding_shift = NetworkLimits::kEmbeddingShift;
      const std::size_t steps = shape.config.window + 3;
      const auto expected = run(seeded_network(options, SimdLevel::scalar), 2, steps, 2);
      for (const std::int32_t logit : expected[0]) REQUIRE(std::abs(logit) <= 32767);
      for (const SimdLevel level : supported_simd_levels())
        CHECK(run(seeded_network(options, level), 2, steps, 2) == expected);
    }
  }
}

TEST_CASE("streams may end one after another, and begin anew") {
  const Network network = seeded_network({}, best_simd_level());
  constexpr std::size_t kSteps = 70;
  const auto expected = run(network, 3, kSteps, 3);
  InferenceState state = make_state(network, 3);
  for (int round = 0; round < 2; ++round) {
    state.reset();
    std::vector<Logits> seen(3);
    Logits logits(3 * network.groups());
    for (std::size_t i = 0; i < kSteps; ++i) {
      const std::uint32_t streams = i < 20 ? 3 : i < 50 ? 2 : 1;
      std::vector<std::uint32_t> tokens;
      for (std::uint32_t s = 0; s < streams; ++s)
        tokens.push_back(test::seeded_tokens(s, network.config().vocabulary, kSteps)[i]);
      state.step(tokens, logits);
      for (std::uint32_t s = 0; s < streams; ++s)
        append_logits(network, state, s,
                      std::span(logits).subspan(s * network.groups(), network.groups()), seen[s]);
    }
    CHECK(seen[0] == expected[0]);
    for (std::size_t s = 1; s < 3; ++s) {
      REQUIRE(seen[s].size() < expected[s].size());
      CHECK(std::equal(seen[s].begin(), seen[s].end(), expected[s].begin()));
    }
  }
}

TEST_CASE("attention forgets what left the windows of all layers") {
  SeededNetworkV2Options options;
  options.config.window = 16;
  options.config.layers = 2;
  const Network network = seeded_network(options, best_simd_level());
  const std::uint32_t vocabulary = network.config().vocabulary;
  const auto text = test::seeded_tokens(0, vocabulary, 100);
  Logits logits(network.groups());
  Logits of_tail(network.groups());
  InferenceState state = make_state(network, 1);
  for (const std::uint32_t& token : text) state.step({&token, 1}, logits);
  // Two windows and, for the bigram, one token before them.
  state.reset();
  for (std::size_t i = text.size() - 32; i < text.size(); ++i) state.step({&text[i], 1}, of_tail);
  CHECK(of_tail == logits);
  state.reset();
  for (std::size_t i = text.size() - 10; i < text.size(); ++i) state.step({&text[i], 1}, of_tail);
  CHECK(of_tail != logits);
}

TEST_CASE("an order permutes the tokens' logits, and leaves the groups'") {
  const auto content = test::make_seeded_network_v2();
  const std::uint32_t vocabulary = 300;
  std::vector<std::uint16_t> order(vocabulary);
  std::iota(order.begin(), order.end(), std::uint16_t{0});
  std::ranges::reverse(order);
  std::swap(order[3], order[200]);
  const auto plain = make_network(content, best_simd_level());
  const auto ordered = make_network(content, best_simd_level(), order);
  REQUIRE(ordered.has_value());
  const Logits expected = run(*plain, 1, 1, 1)[0];
  const Logits logits = run(*ordered, 1, 1, 1)[0];
  const std::size_t groups = kGroups.size();
  CHECK(std::equal(logits.begin(), logits.begin() + static_cast<std::ptrdiff_t>(groups),
                   expected.begin()));
  const auto alone = [&](std::size_t rank) {
    return std::ranges::count(kGroups, rank) == 1 &&
           (rank + 1 == vocabulary || std::ranges::count(kGroups, rank + 1) == 1);
  };
  std::size_t compared = 0;
  for (std::size_t r = 0; r < order.size(); ++r) {
    if (alone(r) || alone(order[r])) continue;  // its logit says nothing
    CHECK(logits[groups + r] == expected[groups + order[r]]);
    ++compared;
  }
  CHECK(compared > 250);

  order[0] = order[1];
  for (const auto& wrong : {order, std::vector<std::uint16_t>(order.begin(), order.end() - 1)}) {
    const auto refused = make_network(content, best_simd_level(), wrong);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::invalid_argument);
  }
}

TEST_CASE("groups that are none of the network's are refused") {
  const auto content = test::make_seeded_network_v2();
  using Groups = std::vector<std::uint32_t>;
  Groups descending = kGroups;
  std::swap(descending[1], descending[2]);
  Groups late = kGroups;
  late[0] = 1;
  for (const Groups& groups : {Groups{}, late, descending, Groups{0, 40, 80, 120, 160, 200, 240},
                               Groups{0, 40, 80, 120, 160, 200, 240, 280, 300}}) {
    const auto refused = make_network(content, best_simd_level(), {}, groups);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::invalid_argument);
    CHECK(refused.error().message.find("groups of at most 40") != std::string::npos);
  }
  const Groups fewer{0, 40, 80, 120, 160, 200, 240, 280};  // fitting, but the file has others
  const auto refused = make_network(content, best_simd_level(), {}, fewer);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("group_head") != std::string::npos);
}

// Each frequency against the largest one.
void check_cumulative_frequencies(const Logits& logits,
                                  const std::vector<std::uint32_t>& cumulative) {
  CHECK(cumulative[0] == 0);
  const auto frequency = [&](std::size_t r) {
    return static_cast<double>(cumulative[r + 1]) - static_cast<double>(cumulative[r]);
  };
  const std::int32_t largest = *std::ranges::max_element(logits);
  const double top =
      frequency(static_cast<std::size_t>(std::ranges::find(logits, largest) - logits.begin()));
  for (std::size_t r = 0; r < logits.size(); ++r) {
    REQUIRE(frequency(r) >= 1);
    const double expected = top * std::exp2((logits[r] - largest) / 64.0);
    REQUIRE(std::abs(frequency(r) - expected) <= 2 + top * 1e-4);
  }
}

TEST_CASE("cumulative frequencies rise, follow the logits and are the same at every level") {
  test::SplitMix64 random(5);
  for (const std::uint32_t vocabulary : {2U, 31U, 300U, 65536U}) {
    CAPTURE(vocabulary);
    SeededNetworkV2Options options;
    options.config.vocabulary = vocabulary;
    options.config.tied = 1;
    options.config.d_model = 16;
    std::vector<Network> networks;
    for (const SimdLevel level : supported_simd_levels())
      networks.push_back(seeded_network(options, level));
    for (const std::int32_t spread : {0, 100, 2000, 32767}) {
      CAPTURE(spread);
      Logits logits(vocabulary);
      for (std::int32_t& logit : logits) logit = random.between(-spread, spread);
      std::vector<std::uint32_t> expected(vocabulary + 1);
      networks[0].cumulative_frequencies(logits, expected);
      check_cumulative_frequencies(logits, expected);
      for (const Network& network : networks) {
        std::vector<std::uint32_t> cumulative(vocabulary + 1, 7);
        network.cumulative_frequencies(logits, cumulative);
        CHECK(cumulative == expected);
      }
    }
  }
}

TEST_CASE("inverse root mean squares by fast and by plain steps are equal") {
  test::SplitMix64 random(9);
  for (std::uint64_t sum = 0; sum < 3000; ++sum)
    REQUIRE(fast_inverse_rms(sum, 16) == inverse_rms(sum, 16));
  for (int bits = 10; bits <= 58; ++bits) {
    for (int i = 0; i < 2000; ++i) {
      const std::size_t n = static_cast<std::size_t>(random.between(1, 128)) * 16;
      // Sums of at most n * 2^48; squares and their neighbours among them.
      std::uint64_t sum = random.next() >> (64 - bits);
      if (i % 2 == 0) {
        const std::uint64_t root = integer_sqrt(sum);
        sum = (root * root - 256 + static_cast<std::uint64_t>(i % 6 / 2) - 1) * n / 16;
        sum = std::min(sum, std::uint64_t{1} << 58);
      }
      sum = std::min(sum, std::uint64_t{n} << 48);
      REQUIRE(fast_inverse_rms(sum, n) == inverse_rms(sum, n));
    }
  }
}

void check_refused(const std::function<void(test::SafetensorsContent&)>& change,
                   const std::string& part_of_message, ErrorCode code = ErrorCode::corrupt) {
  CAPTURE(part_of_message);
  auto content = test::make_seeded_network_v2();
  change(content);
  const auto network = make_network(content, SimdLevel::scalar);
  REQUIRE_FALSE(network.has_value());
  CAPTURE(network.error().message);
  CHECK(network.error().code == code);
  CHECK(network.error().message.find(part_of_message) != std::string::npos);
  CHECK(test::is_well_styled(network.error().message));
}

TEST_CASE("hostile configurations are refused by field") {
  const struct {
    std::size_t field;
    const char* name;
    std::vector<std::uint32_t> values;
  } kFields[] = {{1, "vocabulary", {0, 1, 65537, UINT32_MAX}},
                 {2, "d_model", {0, 8, 72, 4096, UINT32_MAX - 15}},
                 {3, "layers", {0, 65, UINT32_MAX}},
                 {4, "heads", {0, 65, UINT32_MAX}},
                 {5, "kv_heads", {0, 65, 3}},
                 {6, "head_dim", {0, 8, 40, 144}},
                 {7, "d_ff", {0, 24, 8208}},
                 {8, "window", {0, 24, 4112, UINT32_MAX - 15}},
                 {9, "bigram_buckets", {3, 2097152}},
                 {10, "gated", {2}},
                 {11, "tied", {2}},
                 {12, "embedding_shift", {13}},
                 {13, "group_size", {0, 65537}}};
  for (const auto& field : kFields)
    for (const std::uint32_t value : field.values)
      check_refused(
          [&](auto& content) {
            store_le(content.tensor("network.config").bytes.data() + 4 * field.field, value);
          },
          field.name);
  check_refused(
      [](auto& content) {
        store_le(content.tensor("network.config").bytes.data(), std::uint32_t{2});
      },
      "version 2", ErrorCode::unsupported);
}

TEST_CASE("missing, further, misshapen and mistyped tensors are refused by name") {
  const auto content = test::make_seeded_network_v2();
  for (const auto& tensor : content.tensors) {
    check_refused([&](auto& changed) { changed.remove(tensor.name); }, tensor.name);
    check_refused(
        [&](auto& changed) {
          test::TensorContent& t = changed.tensor(tensor.name);
          t.shape.back() *= 2;
          t.bytes.resize(t.bytes.size() * 2);
        },
        tensor.name);
    check_refused(
        [&](auto& changed) {
          test::TensorContent& t = changed.tensor(tensor.name);
          std::size_t count = 1;
          for (const std::uint64_t dimension : t.shape)
            count *= static_cast<std::size_t>(dimension);
          t.dtype = "F32";
          t.bytes.resize(count * 4);
        },
        tensor.name);
  }
  check_refused(
      [](auto& changed) {
        changed.tensors.push_back(test::make_scalar("network.layers.2.sink", std::int16_t{1}));
      },
      "network.layers.2.sink");
}

TEST_CASE("elements out of range are refused by tensor") {
  const auto set = [](const char* name, std::size_t index, auto value) {
    return [=](test::SafetensorsContent& content) {
      store_le(content.tensor(name).bytes.data() + index * sizeof(value), value);
    };
  };
  using i8 = std::int8_t;
  using i16 = std::int16_t;
  using u8 = std::uint8_t;
  using u16 = std::uint16_t;
  check_refused(set("network.embedding", 77, i8{-128}), "-128");
  check_refused(set("network.layers.1.down", 5, i8{-128}), "network.layers.1.down");
  check_refused(set("network.layers.0.attention_norm", 3, i16{INT16_MIN}), "attention_norm");
  check_refused(set("network.layers.0.value_scale", 3, i16{-1}), "value_scale");
  check_refused(set("network.layers.0.value_shift", 0, u8{0}), "value_shift");
  check_refused(set("network.layers.0.value_shift", 0, u8{23}), "value_shift");
  check_refused(set("network.layers.0.output_shift", 0, u8{16}), "output_shift");
  check_refused(set("network.layers.0.up_shift", 0, u8{19}), "up_shift");
  check_refused(set("network.layers.1.down_shift", 0, u8{255}), "down_shift");
  check_refused(set("network.layers.1.score_scale", 0, i16{0}), "score_scale");
  check_refused(set("network.layers.1.score_scale", 1, i16{1024}), "score_scale");
  check_refused(set("network.layers.1.attention_gain", 1, i16{4097}), "attention_gain");
  check_refused(set("network.head_scale", 0, i16{0}), "head_scale");
  check_refused(set("network.exp2", 0, u16{65534}), "network.exp2");
  check_refused(set("network.exp2", 63, u16{32767}), "network.exp2");
  check_refused(set("network.exp2", 9, u16{65535}), "network.exp2");
}

TEST_CASE("rows whose magnitudes could leave 24 bits are refused") {
  SeededNetworkV2Options options;
  options.config.d_ff = 1056;
  auto content = test::make_seeded_network_v2(options);
  auto& down = content.tensor("network.layers.0.down").bytes;
  std::fill_n(down.begin() + 1056, 1040, std::uint8_t{0x81});  // -127
  std::fill_n(down.begin() + 1056 + 1040, 16, std::uint8_t{0});
  down[1056 + 1040] = 24;  // 132,104 in all
  CHECK(make_network(content, SimdLevel::scalar).has_value());
  down[1056 + 1041] = 1;
  const auto refused = make_network(content, SimdLevel::scalar);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("in row 1,") != std::string::npos);
}

TEST_CASE("impossible numbers of streams are refused") {
  const Network network = seeded_network({}, best_simd_level());
  for (const std::uint32_t streams : {0U, 65U, UINT32_MAX}) {
    const auto state = InferenceState::create(network, streams);
    REQUIRE_FALSE(state.has_value());
    CHECK(state.error().code == ErrorCode::invalid_argument);
  }
}

}  // namespace
}  // namespace czip::v2
