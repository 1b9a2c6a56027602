// Tokens per second of a public language model of random weights, in a TinyLlama-1.1B's shape, by
// the number of rows that are computed together: of as many streams (as a decoder has them), and of
// one stream (as an encoder may).
//
//   llm_benchmark [--threads N] [--simd LEVEL] [--layers N] [--position P] [--seconds S]
//                 [--model FILE] [ROWS...]
//
// Position P is how many slots each window has in use. With --model, weights are those of a
// czip-llm-v1 file; without, a model is made in memory.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#if defined(__linux__)
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#endif

#include "czip/base/seeded_generator.hpp"
#include "czip/base/zeroed_memory.hpp"
#include "czip/engine/llm/state.hpp"

namespace czip {
namespace {

struct Arguments {
  unsigned threads = 2;
  SimdLevel level = best_simd_level();
  std::uint32_t layers = 22;
  std::uint32_t position = 256;
  double seconds = 5;
  std::string model;
  std::vector<std::uint32_t> rows;
};

[[noreturn]] void stop(const std::string& why) {
  std::fprintf(stderr, "llm_benchmark: %s\n", why.c_str());
  std::exit(1);
}

// Random bytes for all matrices, in huge pages as a mapped file may be, too.
class RandomWeights {
 public:
  explicit RandomWeights(std::size_t bytes) : memory_(allocate_zeroed(bytes)) {
    if (memory_ == nullptr) stop("out of memory");
    auto* words = static_cast<std::uint64_t*>(memory_.get());
    SeededGenerator random(1);
    for (std::size_t i = 0; i < bytes / 8; ++i) words[i] = random.next();
  }
  std::span<const std::uint8_t> take(std::size_t bytes) {
    const auto* first = static_cast<const std::uint8_t*>(memory_.get()) + used_;
    used_ += bytes;
    return {first, bytes};
  }

 private:
  ZeroedMemory memory_;
  std::size_t used_ = 0;
};

llm::Matrix make_matrix(RandomWeights& source, std::uint32_t outputs, std::uint32_t inputs,
                        int shift) {
  llm::Matrix matrix{.outputs = outputs, .inputs = inputs, .tiles = {}, .scale = {}, .bias = {}};
  const std::size_t padded = llm::tiled_outputs(outputs);
  matrix.tiles = source.take(padded * inputs);
  matrix.scale.assign(padded, 12'000'000);
  matrix.shift = shift;
  return matrix;
}

llm::Weights make_weights(RandomWeights& source, const llm::Config& c) {
  llm::Weights w;
  w.config = c;
  w.exp2.fill(65535);
  w.gate.fill(100 << 12);
  w.rotary.assign(std::size_t{c.context} * c.rotary, 11585);
  w.embedding = source.take(std::size_t{c.vocabulary} * c.width);
  w.embedding_scale.assign(c.vocabulary, 12'000'000);
  w.embedding_shift = 17;
  for (std::uint32_t i = 0; i < c.layers; ++i)
    w.layers.push_back({make_matrix(source, c.qkv_width(), c.width, 40),
                        make_matrix(source, c.width, c.query_width(), 34),
                        make_matrix(source, c.up_width(), c.width, 37),
                        make_matrix(source, c.width, c.feed_forward, 28), 12});
  w.head = make_matrix(source, c.vocabulary, c.width, 32);
  return w;
}

std::size_t weight_bytes(const llm::Config& c) {
  const std::size_t layer =
      std::size_t{c.width} * (c.qkv_width() + c.query_width() + c.up_width() + c.feed_forward);
  return c.layers * layer + 2 * (llm::tiled_outputs(c.vocabulary) * c.width);
}

struct Speed {
  double of_time;       // tokens per second
  double of_processor;  // tokens per second of a processor, what a quiet machine would do
};

Speed tokens_per_second(const llm::Network& network, const Arguments& arguments, std::uint32_t rows,
                        std::uint32_t streams) {
  auto state = llm::State::create(
      network, {.streams = streams, .window = 0, .rows = rows, .threads = arguments.threads});
  if (!state) stop(state.error().message);
  const std::uint32_t vocabulary = network.config().vocabulary;
  std::vector<llm::Row> batch(rows);
  std::vector<std::int32_t> logits(std::size_t{rows} * vocabulary);
  std::uint32_t token = 1;
  const auto fill = [&] {
    for (std::uint32_t r = 0; r < rows; ++r)
      batch[r] = {r % streams, (token = (token * 1664525 + 1013904223)) % vocabulary};
  };
  while (state->position(0) < arguments.position) {
    fill();
    state->forward(batch, {});
  }
  using Clock = std::chrono::steady_clock;
  const std::clock_t cpu_begin = std::clock();
  const auto begin = Clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
  std::uint64_t tokens = 0;
  do {
    fill();
    state->forward(batch, logits);
    tokens += rows;
  } while (elapsed() < arguments.seconds);
  const double cpu = static_cast<double>(std::clock() - cpu_begin) / CLOCKS_PER_SEC;
  return {static_cast<double>(tokens) / elapsed(),
          static_cast<double>(tokens) / cpu * arguments.threads};
}

void measure(const llm::Network& network, const Arguments& arguments) {
  std::printf("%s, %u threads, windows of %u slots in use; tokens/s\n",
              std::string(simd_level_name(network.level())).c_str(), arguments.threads,
              arguments.position);
  std::printf(
      "rows  of as many streams  (by processor time)  of one stream  (by processor time)\n");
  for (const std::uint32_t rows : arguments.rows) {
    const Speed many = tokens_per_second(network, arguments, rows, rows);
    const Speed one = tokens_per_second(network, arguments, rows, 1);
    std::printf("%4u  %18.1f  %19.1f  %13.1f  %19.1f\n", rows, many.of_time, many.of_processor,
                one.of_time, one.of_processor);
    std::fflush(stdout);
  }
}

void measure_weights(llm::Weights weights, const Arguments& arguments) {
  auto network = llm::Network::create(std::move(weights), arguments.level);
  if (!network) stop(network.error().message);
  measure(*network, arguments);
}

void measure_random(const Arguments& arguments) {
  const llm::Config config{.vocabulary = 32000,
                           .width = 2048,
                           .layers = arguments.layers,
                           .heads = 32,
                           .kv_heads = 4,
                           .head_size = 64,
                           .feed_forward = 5632,
                           .context = 2048,
                           .kept = 4,
                           .rotary = 64,
                           .gated = 1,
                           .block = 512,
                           .biases = 0,
                           .epsilon = 1000};
  RandomWeights source(weight_bytes(config));
  measure_weights(make_weights(source, config), arguments);
}

void measure_file(const Arguments& arguments) {
#if defined(__linux__)
  const int file = open(arguments.model.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat facts {};
  if (file < 0 || fstat(file, &facts) != 0) stop("cannot open " + arguments.model);
  const auto size = static_cast<std::size_t>(facts.st_size);
  void* bytes = mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
  if (bytes == MAP_FAILED) stop("cannot map " + arguments.model);
  (void)madvise(bytes, size, MADV_HUGEPAGE);
  const auto parsed = safetensors::File::parse({static_cast<const std::uint8_t*>(bytes), size});
  if (!parsed) stop(parsed.error().message);
  auto weights = llm::Weights::parse(*parsed);
  if (!weights) stop(weights.error().message);
  measure_weights(std::move(*weights), arguments);
#else
  stop("--model needs Linux");
#endif
}

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name.rfind("--", 0) != 0) {
      arguments.rows.push_back(static_cast<std::uint32_t>(std::strtoul(argv[i], nullptr, 10)));
      continue;
    }
    if (++i == argc) stop(name + " needs a value");
    const auto number = static_cast<std::uint32_t>(std::strtoul(argv[i], nullptr, 10));
    if (name == "--threads")
      arguments.threads = number;
    else if (name == "--layers")
      arguments.layers = number;
    else if (name == "--position")
      arguments.position = number;
    else if (name == "--seconds")
      arguments.seconds = std::strtod(argv[i], nullptr);
    else if (name == "--model")
      arguments.model = argv[i];
    else if (name == "--simd")
      arguments.level = parse_simd_level(argv[i]).value_or(arguments.level);
    else
      stop("unknown option " + name);
  }
  if (arguments.rows.empty()) arguments.rows = {1, 8, 16, 32, 64};
  return arguments;
}

}  // namespace
}  // namespace czip

int main(int argc, char** argv) {
  const czip::Arguments arguments = czip::parse(argc, argv);
  if (arguments.model.empty())
    czip::measure_random(arguments);
  else
    czip::measure_file(arguments);
}
