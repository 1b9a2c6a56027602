#include "czip/codec/v2/coding/block_coder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>

#include "support/v2_files.hpp"
#include "support/v2_tiny_model.hpp"
#include "v2/coding/range_coder.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;
using test::tiny_model_v2;

Bytes read(const std::string& name) {
  std::ifstream in(std::string(CZIP_CONFORMANCE_DIR) + "/" + name, std::ios::binary);
  Bytes bytes{std::istreambuf_iterator<char>(in), {}};
  REQUIRE_FALSE(bytes.empty());
  return bytes;
}

Bytes english() { return read("README.md"); }

CodedBlock encoded(const Bytes& text, BlockSettings settings = {},
                   SimdLevel simd = best_simd_level()) {
  auto block = encode_block(tiny_model_v2(), settings, simd, text);
  REQUIRE(block.has_value());
  return std::move(*block);
}

Status decoded(const CodedBlock& block, Bytes& text, BlockSettings settings = {},
               SimdLevel simd = best_simd_level()) {
  return decode_block(tiny_model_v2(), settings, simd, block.payload, block.final_range, text);
}

}  // namespace

TEST_CASE("text of every kind comes back from a block, in every profile and number of streams") {
  Bytes every_byte;
  for (int i = 0; i < 1024; ++i) every_byte.push_back(static_cast<std::uint8_t>(i * 7));
  for (const Bytes& text : {Bytes{}, Bytes{'x'}, Bytes(5000, 0), every_byte, english(),
                            test::random_bytes(3000, 1), read("v2/tiny.czm")}) {
    const Bytes part(
        text.begin(),
        text.begin() + std::min<std::ptrdiff_t>(20000, static_cast<std::ptrdiff_t>(text.size())));
    for (std::uint8_t profile = 0; profile <= kMaxProfile; ++profile) {
      for (const int streams_log2 : {0, 1, 6}) {
        const BlockSettings settings{profile, static_cast<std::uint8_t>(streams_log2), false};
        const CodedBlock block = encoded(part, settings);
        Bytes back(part.size());
        REQUIRE(decoded(block, back, settings).has_value());
        CHECK(back == part);
      }
    }
  }
}

TEST_CASE("a block has the same bytes at every SIMD level") {
  const Bytes text = english();
  const CodedBlock scalar = encoded(text, {}, SimdLevel::scalar);
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    const CodedBlock block = encoded(text, {}, level);
    CHECK(block.payload == scalar.payload);
    CHECK(block.final_range == scalar.final_range);
    Bytes back(text.size());
    REQUIRE(decoded(scalar, back, {}, level).has_value());
    CHECK(back == text);
  }
}

TEST_CASE("a network takes part, with the same bytes at every SIMD level") {
  const Bytes file = test::make_tiny_network_model_v2();
  const auto model = Model::parse(file);
  REQUIRE_MESSAGE(model.has_value(), model.error().message);
  REQUIRE(model->has_network());
  Bytes text = english();
  text.resize(6000);
  for (const std::uint8_t streams_log2 : {std::uint8_t{0}, std::uint8_t{3}, std::uint8_t{6}}) {
    const BlockSettings settings{1, streams_log2, true};
    const auto scalar = encode_block(*model, settings, SimdLevel::scalar, text);
    REQUIRE(scalar.has_value());
    const auto without = encode_block(*model, {1, streams_log2, false}, SimdLevel::scalar, text);
    CHECK_FALSE(without->payload == scalar->payload);
    for (const SimdLevel level : supported_simd_levels()) {
      CAPTURE(simd_level_name(level));
      const auto block = encode_block(*model, settings, level, text);
      REQUIRE(block.has_value());
      CHECK(block->payload == scalar->payload);
      Bytes back(text.size());
      REQUIRE(decode_block(*model, settings, level, block->payload, block->final_range, back)
                  .has_value());
      CHECK(back == text);
    }
  }
}

TEST_CASE("English takes less than 3 bits per byte, and a repetition next to nothing") {
  const Bytes text = english();
  const CodedBlock once = encoded(text);
  CHECK(once.payload.size() * 8 < text.size() * 3);
  Bytes twice = text;
  twice.insert(twice.end(), text.begin(), text.end());
  CHECK(encoded(twice).payload.size() < once.payload.size() + text.size() / 40);
}

TEST_CASE("a payload that is damaged, cut or lengthened never passes for whole") {
  const Bytes sample = [] {
    Bytes all = english();
    all.resize(400);
    return all;
  }();
  const CodedBlock block = encoded(sample);
  Bytes back(sample.size());
  std::size_t unseen = 0;
  for (std::size_t bit = 0; bit < block.payload.size() * 8; ++bit) {
    CodedBlock damaged = block;
    damaged.payload[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    if (decoded(damaged, back) && back == sample) ++unseen;
  }
  CHECK(unseen == 0);
  for (std::size_t size = 0; size < block.payload.size(); ++size) {
    CodedBlock cut = block;
    cut.payload.resize(size);
    CHECK_FALSE((decoded(cut, back).has_value() && back == sample));
  }
  CodedBlock longer = block;
  longer.payload.push_back(1);
  CHECK_FALSE(decoded(longer, back).has_value());
  CodedBlock wrong_end = block;
  ++wrong_end.final_range;
  CHECK(decoded(wrong_end, back).error().code == ErrorCode::corrupt);
}

TEST_CASE("a token count beyond the text and unknown settings are refused") {
  Bytes back(100);
  CodedBlock block;
  block.payload = {0xff, 0xff, 0xff, 0xff, 1, 2, 3};
  CHECK(decoded(block, back, {1, 3, false}).error().code == ErrorCode::corrupt);
  block.payload.resize(3);
  CHECK(decoded(block, back, {1, 3, false}).error().code == ErrorCode::truncated);
  CHECK(decoded(block, back, {kMaxProfile + 1, 0, false}).error().code == ErrorCode::unsupported);
  CHECK(decoded(block, back, {1, kMaxStreamsLog2 + 1, false}).error().code ==
        ErrorCode::unsupported);
  CHECK(decoded(block, back, {1, 0, true}).error().code == ErrorCode::unsupported);
}

TEST_CASE("the coder's overhead is below 0.05 % for probabilities of every size") {
  for (const std::uint32_t p1 : {1u, 100u, 3000u, 20000u, 32768u, 60000u, 65535u}) {
    Bytes out;
    RangeEncoder coder(out);
    std::uint64_t ones = 0;
    constexpr std::uint64_t kDecisions = 2'000'000;
    std::uint32_t state = 1;
    for (std::uint64_t i = 0; i < kDecisions; ++i) {
      state = state * 1664525 + 1013904223;
      const bool bit = state >> 16 < p1;
      ones += bit ? 1 : 0;
      coder.encode(bit, p1);
    }
    coder.finish();
    const double ideal = -(static_cast<double>(ones) * std::log2(p1 / 65536.0) +
                           static_cast<double>(kDecisions - ones) * std::log2(1 - p1 / 65536.0));
    CHECK(static_cast<double>(out.size() * 8) < ideal * 1.0005 + 40);
  }
}

TEST_CASE("carries run through any number of bytes") {
  // Ever the lower part after a start close to the top: low stays just below 2^32 and then passes
  // it.
  for (int zeros = 0; zeros < 40; ++zeros) {
    Bytes out;
    RangeEncoder encoder(out);
    std::vector<bool> bits(static_cast<std::size_t>(zeros), false);
    bits.insert(bits.end(), 60, true);
    for (const bool bit : bits) encoder.encode(bit, bit ? 65535 : 1);
    for (int i = 0; i < 50; ++i) encoder.encode(i % 3 == 0, 7);
    encoder.finish();
    RangeDecoder decoder(out);
    for (const bool bit : bits) REQUIRE(decoder.decode(bit ? 65535 : 1) == bit);
    for (int i = 0; i < 50; ++i) REQUIRE(decoder.decode(7) == (i % 3 == 0));
    CHECK(decoder.ends_here());
    CHECK(decoder.range() == encoder.range());
  }
}

}  // namespace czip::v2
