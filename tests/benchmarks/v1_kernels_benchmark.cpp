// Time of each kernel at every SIMD level of this CPU, on the shapes of the public czip-model-v1
// models. Products report multiply-adds per second; the first benchmark measures the CPU's own
// limit for them.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "simd/kernel_set.hpp"

namespace czip {
namespace {

constexpr std::size_t kModelWidth = 384;
constexpr std::size_t kFeedForward = 1024;
constexpr std::size_t kVocabulary = 1024;
constexpr std::uint32_t kHeads = 6;
constexpr std::size_t kRows = 128;

class Random {
 public:
  std::int8_t byte() { return static_cast<std::int8_t>(next() % 255 - 127); }
  std::uint64_t next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return state_ >> 33;
  }

 private:
  std::uint64_t state_ = 1;
};

template <class T>
AlignedBuffer<T> zeros(std::size_t n) {
  AlignedBuffer<T> buffer;
  if (!buffer.allocate(n + simd::kRowPadding)) std::abort();
  return buffer;
}

AlignedBuffer<std::int8_t> random_bytes(std::size_t n) {
  AlignedBuffer<std::int8_t> buffer = zeros<std::int8_t>(n);
  Random random;
  for (std::size_t i = 0; i < n; ++i) buffer[i] = random.byte();
  return buffer;
}

MatrixI8 random_matrix(std::uint32_t rows, std::uint32_t cols) {
  MatrixI8 matrix{
      .rows = rows, .cols = cols, .data = std::vector<std::int8_t>(std::size_t{rows} * cols)};
  Random random;
  for (std::int8_t& weight : matrix.data) weight = random.byte();
  return matrix;
}

v1::ExpFunction test_exp(std::uint32_t coefficient) {
  v1::Exp2Table table;
  for (std::size_t i = 0; i < table.size(); ++i)
    table[i] = static_cast<std::uint16_t>(65535 - 128 * i);
  return v1::make_exp_function(table, coefficient);
}

void count_multiply_adds(benchmark::State& state, std::size_t per_iteration) {
  state.counters["MAC/s"] = benchmark::Counter(
      static_cast<double>(per_iteration) * static_cast<double>(state.iterations()),
      benchmark::Counter::kIsRate, benchmark::Counter::kIs1000);
}

void dense_requantize(benchmark::State& state, const simd::KernelSet* kernels, std::uint32_t rows,
                      std::uint32_t cols) {
  simd::PackedMatrix packed;
  if (!simd::pack(kernels->dense, random_matrix(rows, cols), packed)) std::abort();
  const v1::RequantizePlan plan = v1::make_requantize_plan({819, 20});
  const auto x = random_bytes(kRows * simd::activation_stride(cols));
  auto y = zeros<std::int8_t>(kRows * simd::activation_stride(rows));
  auto scratch = zeros<std::int16_t>(simd::dense_scratch_elements(cols));
  for (auto _ : state)
    kernels->v1_network.dense_requantize(packed, plan, x.data(), simd::activation_stride(cols),
                                         kRows, y.data(), simd::activation_stride(rows),
                                         scratch.data());
  count_multiply_adds(state, kRows * rows * cols);
}

void dense(benchmark::State& state, const simd::KernelSet* kernels, std::uint32_t rows,
           std::uint32_t cols) {
  simd::PackedMatrix packed;
  if (!simd::pack(kernels->dense, random_matrix(rows, cols), packed)) std::abort();
  const auto x = random_bytes(kRows * simd::activation_stride(cols));
  auto y = zeros<std::int32_t>(kRows * simd::activation_stride(rows));
  auto scratch = zeros<std::int16_t>(simd::dense_scratch_elements(cols));
  for (auto _ : state)
    kernels->dense.multiply(packed, x.data(), simd::activation_stride(cols), kRows, y.data(),
                            simd::activation_stride(rows), scratch.data());
  count_multiply_adds(state, kRows * rows * cols);
}

void attend(benchmark::State& state, const simd::KernelSet* kernels, std::uint32_t positions) {
  const auto keys_and_values = random_bytes(std::size_t{positions} * v1::kHeadDim * 2);
  auto cache_bytes = zeros<std::int8_t>(std::size_t{positions} * v1::kHeadDim * 2);
  const v1::KvCache cache{cache_bytes.data(),
                          cache_bytes.data() + std::size_t{positions} * v1::kHeadDim};
  for (std::uint32_t t = 0; t < positions; ++t)
    kernels->v1_network.append_key_value(cache, t, keys_and_values.data() + t * 2 * v1::kHeadDim,
                                         keys_and_values.data() + (t * 2 + 1) * v1::kHeadDim);
  v1::AttentionScratch scratch;
  if (!scratch.allocate(positions)) std::abort();
  const auto query = random_bytes(kHeads * v1::kHeadDim);
  const std::int32_t multipliers[kHeads] = {60000, 60000, 60000, 60000, 60000, 60000};
  const v1::ExpFunction exp = test_exp(v1::kAttentionExpCoefficient);
  const v1::AttentionInput input{query.data(), kHeads, positions,        multipliers,
                                 nullptr,      &exp,   v1::Dialect::rust};
  auto out = zeros<std::int8_t>(kHeads * v1::kHeadDim);
  for (auto _ : state) kernels->v1_network.attend(input, cache, scratch, out.data());
}

void normalize(benchmark::State& state, const simd::KernelSet* kernels) {
  auto residual = zeros<std::int32_t>(kModelWidth);
  for (std::size_t i = 0; i < kModelWidth; ++i)
    residual[i] = static_cast<std::int32_t>(i % 255) - 127;
  const auto weight = random_bytes(kModelWidth);
  auto table = zeros<std::uint16_t>(v1::kInverseRmsEntries);
  for (std::size_t i = 1; i < v1::kInverseRmsEntries; ++i)
    table[i] = v1::inverse_rms(static_cast<std::uint32_t>(i), v1::Dialect::rust);
  auto y = zeros<std::int8_t>(kModelWidth);
  for (auto _ : state)
    kernels->v1_network.normalize_residual(residual.data(), weight.data(), table.data(),
                                           kModelWidth, y.data());
}

void gated_relu(benchmark::State& state, const simd::KernelSet* kernels) {
  const auto up = random_bytes(2 * kFeedForward);
  auto y = zeros<std::int8_t>(kFeedForward);
  for (auto _ : state)
    kernels->v1_network.gated_relu(up.data(), up.data() + kFeedForward, kFeedForward, y.data());
}

void output_softmax(benchmark::State& state, const simd::KernelSet* kernels) {
  auto logits = zeros<std::int32_t>(kVocabulary);
  Random random;
  for (std::size_t i = 0; i < kVocabulary; ++i)
    logits[i] = static_cast<std::int32_t>(random.next() % 3000000);
  const v1::ExpFunction exp = test_exp(37819);
  auto weights = zeros<std::uint16_t>(kVocabulary);
  for (auto _ : state)
    benchmark::DoNotOptimize(
        kernels->v1_network.exp_weights(logits.data(), kVocabulary, exp, weights.data()));
}

void sum_frequencies(benchmark::State& state, const simd::KernelSet* kernels) {
  auto weights = zeros<std::uint16_t>(kVocabulary);
  Random random;
  for (std::size_t i = 0; i < kVocabulary; ++i)
    weights[i] = static_cast<std::uint16_t>(random.next());
  const v1::FrequencyScale scale = v1::make_frequency_scale((1U << 30) - 2048, 33000000);
  for (auto _ : state)
    benchmark::DoNotOptimize(
        kernels->v1_network.sum_frequencies(weights.data(), kVocabulary, scale));
}

void register_level(SimdLevel level) {
  const simd::KernelSet* kernels = simd::find_kernels(level);
  const std::string prefix = std::string(simd_level_name(level)) + "/";
  const auto add = [&](const std::string& name, auto function, auto... arguments) {
    benchmark::RegisterBenchmark((prefix + name).c_str(), function, kernels, arguments...);
  };
  add("dense qkv 512x384", dense_requantize, 512U, 384U);
  add("dense out 384x384", dense_requantize, 384U, 384U);
  add("dense up 2048x384", dense_requantize, 2048U, 384U);
  add("dense down 384x1024", dense_requantize, 384U, 1024U);
  add("dense head 1024x384", dense, 1024U, 384U);
  add("attention 32 positions", attend, 32U);
  add("attention 512 positions", attend, 512U);
  add("rmsnorm 384", normalize);
  add("gated relu 1024", gated_relu);
  add("exp weights 1024", output_softmax);
  add("sum frequencies 1024", sum_frequencies);
}

}  // namespace
}  // namespace czip

int main(int argc, char** argv) {
  for (const czip::SimdLevel level : czip::supported_simd_levels())
    if (level != czip::SimdLevel::scalar) czip::register_level(level);
  czip::register_level(czip::SimdLevel::scalar);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
