// Limits on memory: coding takes fewer threads, or fails, and the results stay the same.
#include "v2/container/memory.hpp"

#include <doctest/doctest.h>

#include "support/v2_files.hpp"
#include "support/v2_tiny_model.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;
using test::encoded_v2;
using test::tiny_model_v2;

Result<CodingReport> decoded(const Bytes& file, std::uint64_t limit, unsigned threads,
                             Bytes& text) {
  MemorySource source(file);
  MemorySink sink;
  auto report = decode(tiny_model_v2(), source, sink, {.threads = threads, .memory_limit = limit});
  text = sink.bytes();
  return report;
}

Bytes prose(std::size_t bytes) {
  Bytes text = test::to_bytes(test::english_text(bytes));
  text.resize(bytes);
  return text;
}

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

}  // namespace

TEST_CASE("a limit leaves room for as many threads as fit") {
  const MemoryNeed need{.shared = 10, .per_thread = 30};
  CHECK(*threads_within_limit(4, 100, 0, need) == 4);
  CHECK(*threads_within_limit(4, 100, 130, need) == 4);
  CHECK(*threads_within_limit(4, 100, 129, need) == 3);
  CHECK(*threads_within_limit(4, 2, 129, need) == 2);
  CHECK(*threads_within_limit(4, 100, 40, need) == 1);
  CHECK(threads_within_limit(4, 100, 39, need).error().code == ErrorCode::over_limit);
  CHECK(threads_within_limit(4, 100, 9, need).error().code == ErrorCode::over_limit);
  CHECK(*threads_within_limit(4, 100, 1, {}) == 4);
}

TEST_CASE("the tables of a block take at most 101 MiB, and less for a short text") {
  const auto bytes = [](std::uint64_t text) {
    return coding_memory(tiny_model_v2(), {.profile = 1}, SimdLevel::scalar, text)->per_thread;
  };
  // Per byte of text: 6 lists of 16 bytes, 3/4 of a counter line of 32, 2/8 of two positions ...,
  // rounded up to powers of two.
  CHECK(bytes(100) < kMiB);
  CHECK(bytes(kMinBlockBytes) > 8 * kMiB);
  CHECK(bytes(kMinBlockBytes) < 25 * kMiB);
  CHECK(bytes(kMaxBlockBytes) < 101 * kMiB + 10 * std::uint64_t{kMaxBlockBytes});
}

TEST_CASE("files of two sizes of blocks decode within a limit, on as many threads as it allows") {
  // Frames with blocks of 64 KiB, then one of 512 KiB, then small ones again.
  const Bytes small = prose(4 * kMinBlockBytes);
  const Bytes large = prose(8 * kMinBlockBytes);
  const auto frame = [](const Bytes& text, std::uint32_t block_bytes) {
    return encoded_v2(text, {.level = 1, .threads = 1, .block_bytes = block_bytes});
  };
  Bytes file;
  Bytes text;
  for (const Bytes* part : {&small, &large, &small}) {
    const Bytes bytes = frame(*part, part == &small ? kMinBlockBytes : 8 * kMinBlockBytes);
    file.insert(file.end(), bytes.begin(), bytes.end());
    text.insert(text.end(), part->begin(), part->end());
  }
  const auto need = [](std::uint64_t bytes) {
    return coding_memory(tiny_model_v2(), {.profile = 0}, SimdLevel::scalar, bytes)->per_thread;
  };
  REQUIRE(need(8 * kMinBlockBytes) > 2 * need(kMinBlockBytes));

  Bytes found;
  const std::uint64_t limit = need(8 * kMinBlockBytes);
  const auto report = decoded(file, limit, 64, found);
  REQUIRE(report.has_value());
  CHECK(found == text);
  CHECK(report->threads == limit / need(kMinBlockBytes));  // beyond the large frame
  const auto refused = decoded(file, limit - 1, 64, found);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::over_limit);
  CHECK(found == small);
  CHECK(decoded(file, 0, 2, found)->threads == 2);
  CHECK(found == text);
}

TEST_CASE("encoding takes fewer threads within a limit, and gives the same file") {
  const Bytes text = prose(6 * kMinBlockBytes);
  EncodeOptions options{.level = 1, .threads = 4, .block_bytes = kMinBlockBytes};
  const Bytes file = encoded_v2(text, options);
  const std::uint64_t need =
      coding_memory(tiny_model_v2(), {.profile = 0}, SimdLevel::scalar, kMinBlockBytes)->per_thread;
  options.memory_limit = 2 * need;
  MemorySink sink;
  const auto report = encode(tiny_model_v2(), text, sink, options);
  REQUIRE(report.has_value());
  CHECK(report->threads == 2);
  CHECK(sink.bytes() == file);
  options.memory_limit = need - 1;
  CHECK(encode(tiny_model_v2(), text, sink, options).error().code == ErrorCode::over_limit);
}

TEST_CASE("the recurrent network counts where it takes part, and for each stream its state") {
  const auto file = test::with_recurrent_network_v2(test::make_tiny_model_v2());
  const auto model = Model::parse(file);
  REQUIRE(model.has_value());
  const auto more = [&](const BlockSettings& settings) {
    const auto with = coding_memory(*model, settings, SimdLevel::scalar, kMinBlockBytes);
    const auto without =
        coding_memory(tiny_model_v2(), settings, SimdLevel::scalar, kMinBlockBytes);
    REQUIRE(with.has_value());
    return MemoryNeed{with->shared - without->shared, with->per_thread - without->per_thread};
  };
  CHECK(more({.profile = 0}).shared == 0);
  CHECK(more({.profile = 0}).per_thread == 0);
  // 64 states of 5 bytes, and 64 hidden units.
  CHECK(more({.profile = 1}).per_thread == 384);
  CHECK(more({.profile = 2, .streams_log2 = 3}).per_thread == 8 * 384);
  // 64 x 64 weights, a scale for each unit and a gain for each state, scale and bias of each node.
  CHECK(more({.profile = 1}).shared == 4096 + 128 + 128 + 4 * model->vocabulary_size());
}

TEST_CASE("a network that asks for much memory is refused before it takes any") {
  // Keys and values of 4096 positions in 16 layers for each stream, of a model of 4 MB.
  test::SeededNetworkV2Options options;
  options.config.window = 4096;
  options.config.layers = 16;
  options.config.kv_heads = 2;
  const auto file = test::make_tiny_network_model_v2(options);
  const auto model = Model::parse(file);
  REQUIRE(model.has_value());
  CHECK(file.size() < 5 * kMiB);
  const Bytes text = prose(2 << 20);
  const auto need = [&](std::uint8_t streams_log2) {
    const BlockSettings settings{.profile = 2, .streams_log2 = streams_log2, .network = true};
    return coding_memory(*model, settings, SimdLevel::scalar, text.size())->per_thread;
  };
  CHECK(need(6) > 512 * kMiB);
  const std::uint64_t limit = need(3) - 1;
  CHECK(limit > 64 * kMiB);
  MemorySource source(text);
  MemorySink sink;
  const auto refused =
      encode(*model, source, sink, {.level = kMaxLevel, .threads = 1, .memory_limit = limit});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::over_limit);
}

}  // namespace czip::v2
