#include "czip/codec/v2/block/block_coder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "support/v2_files.hpp"
#include "support/v2_seeded_recurrent.hpp"
#include "support/v2_tiny_model.hpp"

namespace czip::v2 {
namespace {

using test::Bytes;
using test::tiny_model_v2;

Bytes english() { return test::to_bytes(test::english_text(6'000)); }

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
  constexpr std::size_t kSize = 6'000;
  for (const Bytes& text :
       {Bytes{}, Bytes{'x'}, Bytes(5000, 0), test::every_byte(1024), test::random_bytes(3000, 1),
        test::make_tiny_model_v2(), test::to_bytes(test::english_text(kSize)),
        test::to_bytes(test::code_text(kSize)), test::to_bytes(test::json_text(kSize)),
        test::to_bytes(test::log_text(kSize)), test::to_bytes(test::csv_text(kSize))}) {
    const Bytes part(
        text.begin(),
        text.begin() + std::min<std::ptrdiff_t>(kSize, static_cast<std::ptrdiff_t>(text.size())));
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

TEST_CASE("machine code comes back with absolute branches, which make it shorter") {
  const Bytes code = test::x86_code(50'000);
  for (const std::uint8_t streams_log2 : {std::uint8_t{0}, std::uint8_t{3}}) {
    const BlockSettings plain{.profile = 1, .streams_log2 = streams_log2};
    BlockSettings settings = plain;
    settings.x86 = true;
    const CodedBlock block = encoded(code, settings);
    Bytes back(code.size());
    REQUIRE(decoded(block, back, settings).has_value());
    CHECK(back == code);
    CHECK(block.payload.size() * 10 < encoded(code, plain).payload.size() * 9);
  }
}

TEST_CASE("a text of single bytes comes back, and its tokens with it") {
  BlockCoder coder(best_simd_level());
  const Bytes text = english();
  for (const std::uint8_t streams_log2 : {std::uint8_t{0}, std::uint8_t{2}}) {
    const BlockSettings settings{.profile = 2, .streams_log2 = streams_log2};
    const auto block = coder.encode(tiny_model_v2(), settings, text, {}, Segmentation::bytes);
    REQUIRE(block.has_value());
    Bytes back(text.size());
    std::vector<TokenId> tokens;
    REQUIRE(coder
                .decode(tiny_model_v2(), settings, block->payload, block->final_range, back, {},
                        &tokens)
                .has_value());
    CHECK(back == text);
    CHECK(tokens == std::vector<TokenId>(text.begin(), text.end()));
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
  const Bytes text = english();
  for (const std::uint8_t streams_log2 : {std::uint8_t{0}, std::uint8_t{3}, std::uint8_t{6}}) {
    const BlockSettings settings{kFirstNetworkProfile, streams_log2, true};
    const auto scalar = encode_block(*model, settings, SimdLevel::scalar, text);
    REQUIRE(scalar.has_value());
    const auto without =
        encode_block(*model, {kFirstNetworkProfile, streams_log2, false}, SimdLevel::scalar, text);
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

TEST_CASE(
    "a recurrent network takes part in the profiles that have it, at every SIMD level alike") {
  const Bytes plain_file = test::make_tiny_network_model_v2();
  const Bytes file = test::with_recurrent_network_v2(plain_file);
  const auto plain = Model::parse(plain_file);
  const auto model = Model::parse(file);
  REQUIRE_MESSAGE(model.has_value(), model.error().message);
  const Bytes text = test::to_bytes(test::english_text(2'500));
  for (std::uint8_t profile = 0; profile <= kMaxProfile; ++profile) {
    for (const std::uint8_t streams_log2 : {std::uint8_t{0}, std::uint8_t{2}}) {
      for (const bool network : {false, true}) {
        if (network && profile < kFirstNetworkProfile) continue;
        CAPTURE(profile);
        CAPTURE(network);
        const BlockSettings settings{profile, streams_log2, network};
        const auto scalar = encode_block(*model, settings, SimdLevel::scalar, text);
        REQUIRE(scalar.has_value());
        const auto without = encode_block(*plain, settings, SimdLevel::scalar, text);
        CHECK((scalar->payload == without->payload) == !kProfiles[profile].recurrent);
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
  }
}

TEST_CASE("a model whose recurrent network has another vocabulary is refused") {
  auto content = test::make_seeded_recurrent_v2();
  const Bytes tiny_file = test::make_tiny_model_v2();
  const auto tiny = safetensors::File::parse(tiny_file);
  REQUIRE(tiny.has_value());
  content.metadata.insert(tiny->metadata().begin(), tiny->metadata().end());
  for (const auto& [name, tensor] : tiny->tensors())
    content.tensors.push_back({name,
                               std::string(safetensors::dtype_name(tensor.dtype)),
                               tensor.shape,
                               {tensor.bytes.begin(), tensor.bytes.end()}});
  const Bytes file = test::write_model_v2(content);
  const auto model = Model::parse(file);
  REQUIRE_FALSE(model.has_value());
  CHECK(model.error().code == ErrorCode::corrupt);
  CHECK(model.error().message.starts_with("the recurrent network has a vocabulary of 16 tokens"));
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

TEST_CASE("a short payload that claims a long text is refused soon after its end") {
  CodedBlock bomb;
  bomb.payload = Bytes(16, 0x5a);
  bomb.final_range = 0x1000000;
  Bytes back(kMaxBlockBytes, 0xee);
  const Status status = decoded(bomb, back);
  REQUIRE_FALSE(status);
  CHECK(status.error().message == "the block's payload ends long before its text does");
  // No more of the text was decoded than some bytes of payload may stand for: a decision of which
  // the predictor is sure takes 2^-21 bits, and a token often takes one.
  CHECK(std::all_of(back.begin() + 8'000'000, back.end(), [](int byte) { return byte == 0xee; }));
  // The same with a number of tokens.
  const Bytes tokens{0xff, 0xff, 0xff, 0x03};
  bomb.payload.insert(bomb.payload.begin(), tokens.begin(), tokens.end());
  CHECK(decoded(bomb, back, {1, 6, false}).error().message == status.error().message);
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

}  // namespace czip::v2
