// Models and round trips for the tests of CZIPv2.
#pragma once

#include <cstdint>
#include <span>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/codec.hpp"
#include "support/bytes.hpp"
#include "support/sample_text.hpp"

namespace czip::test {

// The tiny model, and one of another hash.
[[nodiscard]] const v2::Model& tiny_model_v2();
[[nodiscard]] const v2::Model& other_model_v2();

struct Outcome {
  Status status;
  Bytes text;
  v2::CodingReport report;
};

// Uses one thread unless `options` says otherwise.
[[nodiscard]] Bytes encoded_v2(std::span<const std::uint8_t> text,
                               v2::EncodeOptions options = {.threads = 1});
[[nodiscard]] Outcome decode_v2(const Bytes& file, const v2::Model& model = tiny_model_v2(),
                                unsigned threads = 1);

// A file of several small blocks, which no level makes.
struct FrameRecipe {
  std::uint32_t block_bytes = 4096;
  bool archive = false;
  bool announced = true;
};
[[nodiscard]] Bytes small_block_frame(std::span<const std::uint8_t> text,
                                      const FrameRecipe& recipe = {});

}  // namespace czip::test
