// The engine signature is the stored one at every SIMD level, and depends on each of its parts.
#include "czip/codec/signature.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "czip/codec/v2/model/parts.hpp"
#include "signature/hasher.hpp"
#include "signature/models.hpp"

namespace czip {
namespace {

TEST_CASE("every SIMD level gives the stored signature") {
  for (const SimdLevel level : supported_simd_levels()) {
    CAPTURE(simd_level_name(level));
    const auto signature = engine_signature(level);
    REQUIRE(signature.has_value());
    CHECK(signature->value == kEngineSignature);
    CHECK(signature->good());
    std::set<std::uint64_t> hashes;
    for (const auto& part : signature->parts) hashes.insert(part.hash);
    CHECK(hashes.size() == 16);
  }
}

TEST_CASE("a hash is of values, not of their order in memory") {
  signature::Hasher values;
  values.add(std::uint32_t{0x04030201});
  values.add(std::int16_t{-2});
  signature::Hasher bytes;
  bytes.add_bytes(std::vector<std::uint8_t>{1, 2, 3, 4, 0xfe, 0xff});
  CHECK(values.value() == bytes.value());
  bytes.add(std::uint8_t{0});
  CHECK(values.value() != bytes.value());
}

TEST_CASE("the generator is SplitMix64") {
  // The first values of the reference implementation for seed 1234567.
  signature::Random random(1234567);
  CHECK(random.next() == 6457827717110365317U);
  CHECK(random.next() == 3203168211198807973U);
  CHECK(random.between(-3, -3) == -3);
}

TEST_CASE("the signature's texts and models are good ones") {
  const auto text = signature::make_text(5000);
  CHECK(text.size() == 5000);
  CHECK(std::set<std::uint8_t>(text.begin(), text.end()).size() > 50);
  const auto file = signature::make_model_v2(true);
  REQUIRE(file.has_value());
  const auto model = v2::Model::parse(*file);
  REQUIRE(model.has_value());
  CHECK(model->has_network());
  const auto recurrent = v2::recurrent_network_of(model->parts(), best_simd_level());
  REQUIRE_MESSAGE(recurrent.has_value(), recurrent.error().message);
  CHECK(*recurrent != nullptr);
  const auto language_model = v2::language_model_of(model->parts(), best_simd_level());
  REQUIRE_MESSAGE(language_model.has_value(), language_model.error().message);
}

}  // namespace
}  // namespace czip
