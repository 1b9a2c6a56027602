// Time of a czip-model-v2 network's step, and of turning its logits into cumulative frequencies, at
// every SIMD level of this CPU: tokens per second of one thread.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "czip/engine/v2/network.hpp"
#include "support/safetensors_writer.hpp"
#include "support/v2_seeded_network.hpp"

namespace czip {
namespace {

struct Shape {
  const char* name;
  v2::NetworkConfig config;
};

// vocabulary, d_model, layers, heads, kv_heads, head_dim, d_ff, window, bigram, gated, tied, shift,
// group size
const Shape kShapes[] = {
    {"96x4", {8192, 96, 4, 3, 1, 32, 384, 128, 8192, 0, 0, 7, 64}},
    {"256x4", {8192, 256, 4, 8, 2, 32, 1024, 128, 32768, 0, 0, 7, 64}},
    {"384x6", {8192, 384, 6, 6, 2, 64, 1024, 512, 16384, 1, 0, 4, 64}},
};
constexpr std::uint32_t kStreams = 32;

v2::Network make_network(const v2::NetworkConfig& config, SimdLevel level) {
  const auto bytes = test::write_safetensors(test::make_seeded_network_v2({.config = config}));
  const auto file = safetensors::File::parse(bytes);
  const auto groups = test::seeded_groups(config);
  auto network = v2::Network::create(*file, level, {.groups = groups});
  if (!network) std::abort();
  return std::move(*network);
}

void count_tokens(benchmark::State& state, std::size_t per_iteration) {
  state.counters["tokens/s"] = benchmark::Counter(
      static_cast<double>(per_iteration) * static_cast<double>(state.iterations()),
      benchmark::Counter::kIsRate, benchmark::Counter::kIs1000);
}

// With full windows.
void step(benchmark::State& state, const v2::NetworkConfig& config, SimdLevel level) {
  const v2::Network network = make_network(config, level);
  auto running = v2::InferenceState::create(network, kStreams);
  if (!running) std::abort();
  std::vector<std::uint32_t> tokens(kStreams);
  std::vector<std::int32_t> logits(kStreams * network.groups());
  std::uint32_t random = 1;
  const auto advance = [&] {
    for (std::uint32_t& token : tokens) {
      random = random * 1664525 + 1013904223;
      token = (random >> 8) % config.vocabulary;
    }
    running->step(tokens, logits);
  };
  for (std::uint32_t i = 0; i < config.window; ++i) advance();
  for (auto _ : state) advance();
  count_tokens(state, kStreams);
}

void cumulative_frequencies(benchmark::State& state, const v2::NetworkConfig& config,
                            SimdLevel level) {
  const v2::Network network = make_network(config, level);
  std::vector<std::int32_t> logits(config.vocabulary);
  for (std::size_t i = 0; i < logits.size(); ++i)
    logits[i] = static_cast<std::int32_t>(i * 7919 % 2000);
  std::vector<std::uint32_t> cumulative(logits.size() + 1);
  for (auto _ : state) network.cumulative_frequencies(logits, cumulative);
  count_tokens(state, 1);
}

void register_all() {
  for (const SimdLevel level : supported_simd_levels()) {
    const std::string suffix = "/" + std::string(simd_level_name(level));
    for (const Shape& shape : kShapes)
      benchmark::RegisterBenchmark((std::string("step/") + shape.name + suffix).c_str(), step,
                                   shape.config, level)
          ->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark(("cumulative_frequencies/8192" + suffix).c_str(),
                                 cumulative_frequencies, kShapes[0].config, level)
        ->Unit(benchmark::kMicrosecond);
  }
}

}  // namespace
}  // namespace czip

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  czip::register_all();
  benchmark::RunSpecifiedBenchmarks();
}
