// Compressing by one call: what comes out is the codec's file, and what cannot be is refused.
#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <string>

#include "codec/c_api/api.hpp"
#include "czip/codec/default_model.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/codec.hpp"
#include "support/results.hpp"
#include "support/sample_text.hpp"
#include "support/v2_files.hpp"

namespace czip::c_api {
namespace {

using test::Bytes;
using test::compress;
using test::compress_context;

bool refuses(czip_cctx* context, int parameter, std::int64_t value) {
  return czip_cctx_set(context, parameter, value) == CZIP_ERROR_INVALID_ARGUMENT;
}

TEST_CASE("the version is that of the project") {
  CHECK(std::string(czip_version_string()) == CZIP_PROJECT_VERSION);
  CHECK(std::string(CZIP_VERSION_STRING) == CZIP_PROJECT_VERSION);
  CHECK(czip_version_number() == CZIP_VERSION_NUMBER);
  CHECK(CZIP_VERSION_NUMBER ==
        CZIP_VERSION_MAJOR * 10000 + CZIP_VERSION_MINOR * 100 + CZIP_VERSION_PATCH);
}

TEST_CASE("every status has a text of its own") {
  const std::array all{CZIP_OK,
                       CZIP_ERROR_INVALID_ARGUMENT,
                       CZIP_ERROR_IO,
                       CZIP_ERROR_OUT_OF_MEMORY,
                       CZIP_ERROR_CANCELLED,
                       CZIP_ERROR_OVER_LIMIT,
                       CZIP_ERROR_CORRUPT,
                       CZIP_ERROR_TRUNCATED,
                       CZIP_ERROR_UNSUPPORTED,
                       CZIP_ERROR_MODEL_MISMATCH,
                       CZIP_ERROR_INTERNAL,
                       CZIP_ERROR_DST_TOO_SMALL};
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      CHECK(std::string(czip_status_text(all[i])) != czip_status_text(all[k]));
  CHECK(std::string(czip_status_text(999)) == "an unknown status");
  CHECK(std::string(czip_status_text(-1)) == "an unknown status");
}

TEST_CASE("a context gives the codec's file at every level") {
  const auto context = compress_context();
  for (const Bytes& text : {Bytes(), test::words(100), test::words(200'000)})
    for (const int level : {1, 3, 6, 9}) {
      REQUIRE(czip_cctx_set(context.get(), CZIP_C_LEVEL, level) == CZIP_OK);
      const auto file = compress(context.get(), text);
      CHECK(file.status == CZIP_OK);
      CHECK(file.bytes == test::encoded_v2(text, {.level = level, .threads = 1}));
    }
  REQUIRE(czip_cctx_reset(context.get(), CZIP_RESET_STREAM) == CZIP_OK);
  CHECK(compress(context.get(), test::words(500)).bytes ==
        test::encoded_v2(test::words(500), {.level = 9, .threads = 1}));
}

TEST_CASE("parameters reach the codec") {
  const Bytes text = test::words(300'000);
  const auto context = compress_context();
  REQUIRE(czip_cctx_set(context.get(), CZIP_C_LEVEL, 1) == CZIP_OK);
  REQUIRE(czip_cctx_set(context.get(), CZIP_C_BLOCK_BYTES, 65536) == CZIP_OK);
  REQUIRE(czip_cctx_set(context.get(), CZIP_C_THREADS, 3) == CZIP_OK);
  REQUIRE(czip_cctx_set(context.get(), CZIP_C_VERIFY, 0) == CZIP_OK);
  CHECK(compress(context.get(), text).bytes ==
        test::encoded_v2(text, {.level = 1, .threads = 1, .block_bytes = 65536}));
  REQUIRE(czip_cctx_set(context.get(), CZIP_C_MEMORY_LIMIT, 1000) == CZIP_OK);
  CHECK(compress(context.get(), text).status == CZIP_ERROR_OVER_LIMIT);
  // Reset, it is as new: the built-in model, level 6.
  REQUIRE(czip_cctx_reset(context.get(), CZIP_RESET_ALL) == CZIP_OK);
  const auto fresh = compress_context(nullptr);
  const auto file = compress(context.get(), test::words(300));
  CHECK(file.status == (default_model().empty() ? CZIP_ERROR_UNSUPPORTED : CZIP_OK));
  CHECK(file.bytes == compress(fresh.get(), test::words(300)).bytes);
}

TEST_CASE("what is no parameter, or no value of one, is refused and changes nothing") {
  const auto context = compress_context();
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  for (const int parameter : {0, 6, -1, 1 << 30}) CHECK(refuses(context.get(), parameter, 1));
  for (const std::int64_t value : {std::int64_t{-1}, std::int64_t{10}, kLeast, kMost})
    CHECK(refuses(context.get(), CZIP_C_LEVEL, value));
  CHECK(refuses(context.get(), CZIP_C_THREADS, -1));
  CHECK(refuses(context.get(), CZIP_C_THREADS, 257));
  CHECK(refuses(context.get(), CZIP_C_BLOCK_BYTES, 65535));
  CHECK(refuses(context.get(), CZIP_C_BLOCK_BYTES, (std::int64_t{64} << 20) + 1));
  CHECK(refuses(context.get(), CZIP_C_MEMORY_LIMIT, -1));
  CHECK(refuses(context.get(), CZIP_C_VERIFY, 2));
  CHECK(std::string(czip_last_error()) == "whether to verify is 2, outside 0 to 1");
  CHECK(czip_cctx_reset(context.get(), 2) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(compress(context.get(), test::words(300)).bytes == test::encoded_v2(test::words(300)));
}

TEST_CASE("null pointers are refused") {
  const auto context = compress_context();
  char byte = 0;
  std::size_t written = 7;
  CHECK(czip_cctx_compress(nullptr, &byte, 1, &written, &byte, 1) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(written == 0);
  CHECK(czip_cctx_compress(context.get(), nullptr, 1, &written, &byte, 1) ==
        CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_cctx_compress(context.get(), &byte, 1, nullptr, &byte, 1) ==
        CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_cctx_compress(context.get(), &byte, 1, &written, nullptr, 1) ==
        CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(std::string(czip_last_error()) == "src is null");
  CHECK(czip_compress(nullptr, 1, &written, &byte, 1, 1) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_compress(&byte, 1, nullptr, &byte, 1, 1) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_compress(&byte, 1, &written, &byte, 1, 10) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_compress(&byte, 1, &written, &byte, 1, -1) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_cctx_set(nullptr, CZIP_C_LEVEL, 1) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_cctx_set_model(nullptr, nullptr) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_cctx_set_progress(nullptr, nullptr, nullptr) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_cctx_set_executor(nullptr, nullptr, nullptr) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_cctx_reset(nullptr, CZIP_RESET_ALL) == CZIP_ERROR_INVALID_ARGUMENT);
  czip_cctx_free(nullptr);
}

TEST_CASE("a text without bytes needs no pointer, and a destination without room may be null") {
  const auto context = compress_context();
  const auto file = compress(context.get(), {});
  CHECK(file.status == CZIP_OK);
  CHECK(file.bytes == test::encoded_v2({}));
  std::size_t written = 0;
  CHECK(czip_cctx_compress(context.get(), nullptr, 0, &written, nullptr, 0) ==
        CZIP_ERROR_DST_TOO_SMALL);
}

TEST_CASE("a destination that is one byte too small is told from one that is not") {
  const auto context = compress_context();
  for (const std::size_t size : {std::size_t{40}, std::size_t{5000}, std::size_t{70'000}}) {
    const Bytes text = test::words(size);
    const Bytes whole = test::encoded_v2(text);
    CHECK(compress(context.get(), text, whole.size()).bytes == whole);
    const auto small = compress(context.get(), text, whole.size() - 1);
    CHECK(small.status == CZIP_ERROR_DST_TOO_SMALL);
    CHECK(small.bytes.empty());
  }
}

// What no model predicts, of lengths around those where frames change, in the smallest blocks, with
// repetitions that cut blocks short.
TEST_CASE("no file is longer than the bound") {
  const auto context = compress_context();
  REQUIRE(czip_cctx_set(context.get(), CZIP_C_VERIFY, 0) == CZIP_OK);
  REQUIRE(czip_cctx_set(context.get(), CZIP_C_LEVEL, 1) == CZIP_OK);
  REQUIRE(czip_cctx_set(context.get(), CZIP_C_BLOCK_BYTES, 65536) == CZIP_OK);
  std::uint64_t seed = 0;
  for (const std::size_t size :
       std::initializer_list<std::size_t>{0, 1, 2, 62, 63, 64, 127, 128, 16383, 16384, 65535, 65536,
                                          65537, 131'071, 131'072, 131'073, 400'000}) {
    CAPTURE(size);
    const Bytes text = test::random_bytes(size, ++seed);
    const auto file = compress(context.get(), text);
    CHECK(file.status == CZIP_OK);
    CHECK(file.bytes.size() <= czip_compress_bound(size));
  }
  const Bytes zeros(70'000, 0);
  const Bytes cut = test::joined({test::random_bytes(1000, 1), zeros, test::random_bytes(70'000, 2),
                                  zeros, test::random_bytes(3, 3)});
  CHECK(compress(context.get(), cut).status == CZIP_OK);
}

TEST_CASE("the bound is close, grows, and is 0 where it does not fit") {
  CHECK(czip_compress_bound(0) < 256);
  CHECK(czip_compress_bound(1'000'000) < 1'002'000);
  CHECK(czip_compress_bound(1001) >= czip_compress_bound(1000));
  CHECK(czip_compress_bound(std::numeric_limits<std::size_t>::max()) == 0);
  CHECK(czip_compress_bound(std::numeric_limits<std::size_t>::max() - 100) == 0);
}

TEST_CASE("a progress callback follows, and cancels") {
  const Bytes text = test::words(100'000);
  const auto context = compress_context();
  struct Followed {
    std::uint64_t last = 0;
    int calls = 0;
    int allowed = 1 << 30;
  } followed;
  const auto follow = [](void* user, std::uint64_t text_bytes) {
    auto& to = *static_cast<Followed*>(user);
    CHECK(text_bytes >= to.last);
    to.last = text_bytes;
    return ++to.calls < to.allowed ? 1 : 0;
  };
  REQUIRE(czip_cctx_set_progress(context.get(), follow, &followed) == CZIP_OK);
  CHECK(compress(context.get(), text).bytes == test::encoded_v2(text));
  CHECK(followed.last == text.size());
  followed = {.allowed = 2};
  CHECK(compress(context.get(), text).status == CZIP_ERROR_CANCELLED);
  REQUIRE(czip_cctx_set_progress(context.get(), nullptr, nullptr) == CZIP_OK);
  CHECK(compress(context.get(), text).bytes == test::encoded_v2(text));
}

TEST_CASE("a model of CZIPv1 gives the codec's file") {
  const Bytes text = test::to_bytes(test::english_text(3000));
  const Bytes model_file = test::read_file(test::conformance_path("v1/seeded.czm"));
  const auto model = test::value_of(v1::load_model(model_file));
  MemorySink expected;
  (void)test::value_of(v1::encode(model, text, expected, {.level = 2}));
  const auto context = compress_context("v1/seeded.czm");
  REQUIRE(czip_cctx_set(context.get(), CZIP_C_LEVEL, 2) == CZIP_OK);
  CHECK(compress(context.get(), text, 10'000).bytes == expected.bytes());
  REQUIRE(czip_cctx_set(context.get(), CZIP_C_LEVEL, 6) == CZIP_OK);
  CHECK(compress(context.get(), text, 10'000).status == CZIP_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("one call uses the built-in model") {
  if (default_model().empty()) return;
  const Bytes text = test::to_bytes(test::english_text(1000));
  Bytes file(czip_compress_bound(text.size()));
  std::size_t written = 0;
  REQUIRE(czip_compress(file.data(), file.size(), &written, text.data(), text.size(), 3) ==
          CZIP_OK);
  file.resize(written);
  const auto model = test::value_of(v2::Model::parse(default_model(), v2::ModelTrust::stated_hash));
  MemorySink expected;
  (void)test::value_of(v2::encode(model, text, expected, {.level = 3, .threads = 1}));
  CHECK(file == expected.bytes());
  Bytes back(text.size());
  REQUIRE(czip_decompress(back.data(), back.size(), &written, file.data(), file.size()) == CZIP_OK);
  CHECK(written == text.size());
  CHECK(back == text);
}

}  // namespace
}  // namespace czip::c_api
