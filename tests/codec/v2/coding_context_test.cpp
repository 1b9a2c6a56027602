// Memory that is kept from block to block and from call to call changes no result.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "support/fast_tests.hpp"
#include "support/v2_files.hpp"
#include "support/v2_tiny_model.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;
using test::tiny_model_v2;

Bytes lines_of_text(std::size_t bytes, int first) {
  std::string text;
  for (int i = first; text.size() < bytes; ++i) {
    text += "Line " + std::to_string(i * i) + ", key = \"value " + std::to_string(i) + "\";\n";
  }
  text.resize(bytes);
  return {text.begin(), text.end()};
}

struct Block {
  const Model* model;
  BlockSettings settings;
  Bytes text;
};

}  // namespace

TEST_CASE("a coder that has coded other blocks gives what a new one does") {
  const Bytes file = test::make_tiny_network_model_v2();
  const auto with_network = Model::parse(file);
  REQUIRE_MESSAGE(with_network.has_value(), with_network.error().message);
  const std::vector<Block> blocks{
      {&tiny_model_v2(), {.profile = 2}, lines_of_text(20'000, 1)},
      {&tiny_model_v2(), {.profile = 0}, lines_of_text(500, 2)},
      {&*with_network, {2, 3, true}, lines_of_text(3'000, 3)},
      {&*with_network, {2, 3, true}, lines_of_text(2'000, 4)},
      {&*with_network, {1, 0, false}, lines_of_text(9'000, 5)},
      {&*with_network, {2, 1, true}, lines_of_text(2'500, 6)},
      {&tiny_model_v2(), {.profile = 1, .streams_log2 = 6}, {}},
      {&tiny_model_v2(), {.profile = 2}, lines_of_text(20'000, 1)},
  };
  BlockCoder coder(best_simd_level());
  for (const Block& block : blocks) {
    CAPTURE(block.text.size());
    const auto expected = encode_block(*block.model, block.settings, best_simd_level(), block.text);
    REQUIRE(expected.has_value());
    const auto coded = coder.encode(*block.model, block.settings, block.text);
    REQUIRE(coded.has_value());
    CHECK(coded->payload == expected->payload);
    CHECK(coded->final_range == expected->final_range);
    Bytes back(block.text.size());
    REQUIRE(coder.decode(*block.model, block.settings, coded->payload, coded->final_range, back)
                .has_value());
    CHECK(back == block.text);
    // What follows must not depend on a block that failed in the middle either.
    Bytes damaged = coded->payload;
    if (damaged.size() > 40) {
      damaged[damaged.size() / 2] ^= 0x55;
      CHECK_FALSE(coder.decode(*block.model, block.settings, damaged, coded->final_range, back)
                      .has_value());
    }
  }
}

TEST_CASE("a context used by several calls gives the files and texts of calls without one") {
  CodingContext context;
  struct Call {
    std::size_t text_bytes;
    unsigned threads;
    SimdLevel simd;
  };
  // Two blocks and a shorter one; then a compact frame; more threads; another SIMD level; no text.
  for (const Call& call : {Call{140'000, 1, best_simd_level()}, Call{1'000, 1, best_simd_level()},
                           Call{140'000, 3, best_simd_level()}, Call{1'500, 2, SimdLevel::scalar},
                           Call{0, 1, SimdLevel::scalar}}) {
    CAPTURE(call.text_bytes);
    const Bytes text = lines_of_text(call.text_bytes, 7);
    EncodeOptions options{
        .level = test::full_or_fast(3, 1), .threads = call.threads, .simd = call.simd};
    options.block_bytes = kMinBlockBytes;
    MemorySink expected;
    REQUIRE(encode(tiny_model_v2(), text, expected, options).has_value());
    options.context = &context;
    MemorySink file;
    REQUIRE(encode(tiny_model_v2(), text, file, options).has_value());
    CHECK(file.bytes() == expected.bytes());
    MemorySource source(file.bytes());
    MemorySink back;
    REQUIRE(decode(tiny_model_v2(), source, back,
                   {.threads = call.threads, .simd = call.simd, .context = &context})
                .has_value());
    CHECK(back.bytes() == text);
  }
}

TEST_CASE("a model's network is loaded once for each SIMD level, whatever the threads and blocks") {
  const Bytes file = test::make_tiny_network_model_v2();
  const auto model = Model::parse(file);
  REQUIRE_MESSAGE(model.has_value(), model.error().message);
  std::vector<const Network*> of_levels;
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    std::array<const Network*, 4> seen{};
    std::vector<std::thread> threads;
    for (const Network*& network : seen) {
      threads.emplace_back([&] {
        const auto loaded = network_of(model->parts(), level);
        if (loaded) network = &(*loaded)->network;
      });
    }
    for (std::thread& thread : threads) thread.join();
    const Network* const first = seen.front();
    REQUIRE(first != nullptr);
    CHECK(first->level() == level);
    for (const Network* network : seen) CHECK(network == first);
    CHECK(std::ranges::find(of_levels, first) == of_levels.end());
    of_levels.push_back(first);
  }
  const auto again = network_of(model->parts(), SimdLevel::scalar);
  REQUIRE(again.has_value());
  CHECK(&(*again)->network == of_levels.front());
}

}  // namespace czip::v2
