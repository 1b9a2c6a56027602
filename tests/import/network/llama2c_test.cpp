// llama2.c's files: a tiny model of random weights, and headers and lengths that lie.
#include "czip/import/network/llama2c.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "czip/base/seeded_generator.hpp"
#include "czip/import/network/model_writer.hpp"
#include "import/gguf_builder.hpp"
#include "import/imported_model.hpp"
#include "support/error_style.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;

constexpr std::size_t kHeader = 28;

// 64 elements, a feed-forward of 40, 2 layers, 4 heads with 2 of keys, 20 tokens, 32 positions.
Bytes tiny_file(bool tied) {
  Bytes file;
  for (const std::int32_t field : {64, 40, 2, 4, 2, tied ? 20 : -20, 32})
    file = joined({file, le(field)});
  const std::size_t layer = 64 + 64 * 64 + 2 * 32 * 64 + 64 * 64 + 64 + 3 * 40 * 64;
  const std::size_t numbers = 20 * 64 + 2 * layer + 64 + 32 * 16 + (tied ? 0 : 20 * 64);
  SeededGenerator random(5);
  for (std::size_t i = 0; i < numbers; ++i) {
    // Exponents of -3 to -6, and either sign.
    const auto bits = static_cast<std::uint32_t>(random.next() >> 32);
    const Bytes number = le((bits & 0x807fffff) | (121 + (bits >> 29 & 3)) << 23);
    file.insert(file.end(), number.begin(), number.end());
  }
  return file;
}

TEST_CASE("llama2c: a tiny model is imported, with a head of its own or without") {
  for (const bool tied : {true, false}) {
    const Bytes file = tiny_file(tied);
    const auto model = read_llama2c(file);
    REQUIRE_MESSAGE(model.has_value(), model.error().message);
    CHECK(model->architecture.tied == tied);
    MemorySink sink;
    const auto hash = write_model(model->architecture, model->tensors, {}, {}, sink);
    REQUIRE_MESSAGE(hash.has_value(), hash.error().message);
    const double error = relative_error(model->architecture, model->tensors, sink.bytes);
    CHECK_MESSAGE(error < 0.03, error);
  }
}

TEST_CASE("llama2c: files that lie are refused") {
  const auto refused = [](const Bytes& file) {
    const auto model = read_llama2c(file);
    return !model && is_well_styled(model.error().message);
  };
  const Bytes file = tiny_file(true);
  CHECK(refused({}));
  CHECK(refused(Bytes(file.begin(), file.begin() + kHeader)));
  CHECK(refused(Bytes(file.begin(), file.end() - 1)));
  CHECK(refused(joined({file, {0}})));
  for (std::size_t field = 0; field < kHeader; field += 4)
    for (const std::uint8_t value : {std::uint8_t{0x00}, std::uint8_t{0x80}, std::uint8_t{0x7f}}) {
      Bytes lie = file;
      lie[field + 3] = value;
      lie[field] = 0;
      lie[field + 1] = 0;
      CHECK(refused(lie));
    }
}

}  // namespace
}  // namespace czip::test
