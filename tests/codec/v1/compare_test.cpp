// What a text is coded to, against what a file holds.
#include "czip/codec/v1/compare.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "czip/codec/v1/codec.hpp"
#include "support/v1_seeded_model.hpp"

namespace czip::v1 {
namespace {

using Bytes = std::vector<std::uint8_t>;

const Model& model() {
  static const Model loaded =
      load_model(test::make_seeded_model(test::tiny_model_options())).value();
  return loaded;
}

EncodeOptions with(OuterCodec outer) {
  EncodeOptions options;
  options.outer = outer;
  options.threads = 2;
  return options;
}

Bytes encoded(const Bytes& text, OuterCodec outer) {
  MemorySink sink;
  EncodeOptions options = with(outer);
  options.model_path_hash = 7;  // does not follow from the text
  REQUIRE(encode(model(), text, sink, options).has_value());
  return sink.bytes();
}

Result<std::optional<PayloadDifference>> compared(const Bytes& text, const Bytes& file) {
  MemorySource source(file);
  return compare_payload(model(), text, source, with(OuterCodec::zstd));
}

Bytes sample(std::size_t size) {
  Bytes text;
  for (std::size_t i = 0; i < size; ++i)
    text.push_back(static_cast<std::uint8_t>('a' + i * i % 23));
  return text;
}

}  // namespace

TEST_CASE("the payload of a text is found equal, whatever its outer codec") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{20000}}) {
    const Bytes text = sample(size);
    for (const OuterCodec outer : {OuterCodec::zstd, OuterCodec::brotli}) {
      const auto difference = compared(text, encoded(text, outer));
      REQUIRE(difference.has_value());
      CHECK_FALSE(difference->has_value());
    }
  }
}

TEST_CASE("the first difference is told") {
  const Bytes text = sample(20000);
  const Bytes file = encoded(text, OuterCodec::zstd);
  Bytes other = text;
  other[12000] = 'Z';
  const auto changed = compared(other, file);
  REQUIRE((changed && *changed));
  CHECK((*changed)->chunk > 0);
  CHECK((*changed)->what.starts_with("chunk " + std::to_string((*changed)->chunk + 1) + " of "));
  other[1] = 'Z';
  const auto earlier = compared(other, file);
  REQUIRE((earlier && *earlier));
  CHECK((*earlier)->chunk == 0);
  // More and less of the same text.
  const Bytes shorter(text.begin(), text.begin() + 5000);
  for (const auto& [a, b] : {std::pair(text, shorter), std::pair(shorter, text)}) {
    const auto difference = compared(a, encoded(b, OuterCodec::zstd));
    CHECK((difference && *difference));
  }
  const auto empty = compared({}, file);
  REQUIRE((empty && *empty));
  CHECK((*empty)->what.starts_with("chunks: "));
}

TEST_CASE("a file that cannot be read is an error") {
  const Bytes text = sample(3000);
  Bytes file = encoded(text, OuterCodec::zstd);
  file.resize(file.size() / 2);
  const auto difference = compared(text, file);
  REQUIRE_FALSE(difference.has_value());
  CHECK(difference.error().code == ErrorCode::truncated);
}

}  // namespace czip::v1
