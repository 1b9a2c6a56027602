// Streams of czip.h: the same bytes through buffers of any size, flushed, ended in the middle, on
// threads of the caller.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "codec/c_api/api.hpp"
#include "czip/codec/v1/codec.hpp"
#include "support/results.hpp"
#include "support/sample_text.hpp"
#include "support/troubled_streams.hpp"
#include "support/v2_files.hpp"

namespace czip::c_api {
namespace {

using test::Bytes;
using test::compress_context;
using test::compress_stream;
using test::decompress_context;
using test::decompress_stream;

// What the command writes of a pipe: the codec's file of a text whose length is not announced.
Bytes piped(const Bytes& text, int level) {
  test::Pipe pipe(text, ~std::size_t{0}, 1000);
  MemorySink sink;
  (void)test::value_of(
      v2::encode(test::tiny_model_v2(), pipe, sink, {.level = level, .threads = 1}));
  return sink.bytes();
}

Bytes seeded_v1_text() { return test::to_bytes(test::english_text(2000)); }

TEST_CASE("a stream gives the command's file, whatever the buffers") {
  const auto context = compress_context();
  REQUIRE(czip_cctx_set(context.get(), CZIP_C_LEVEL, 3) == CZIP_OK);
  for (const std::size_t size :
       std::initializer_list<std::size_t>{0, 1, 3000, 65535, 65536, 900'000}) {
    const Bytes text = test::words(size);
    const Bytes expected = piped(text, 3);
    for (const auto& [in_size, out_size] :
         {std::pair<std::size_t, std::size_t>{1 << 20, 1 << 20}, {1000, 7}, {4096, 1 << 16}}) {
      CAPTURE(size);
      const auto file = compress_stream(context.get(), text, in_size, out_size);
      CHECK(file.status == CZIP_OK);
      CHECK(file.bytes == expected);
    }
  }
}

TEST_CASE("buffers of one byte are enough, both ways") {
  const Bytes text = test::words(4000);
  const auto context = compress_context();
  const auto file = compress_stream(context.get(), text, 1, 1);
  CHECK(file.bytes == piped(text, 6));
  const auto reader = decompress_context();
  const auto back = decompress_stream(reader.get(), file.bytes, 1, 1);
  CHECK(back.status == CZIP_OK);
  CHECK(back.bytes == text);
  const Bytes full = test::small_block_frame(text, {.block_bytes = 1000});
  CHECK(decompress_stream(reader.get(), full, 1, 1).bytes == text);
}

TEST_CASE("several threads give the same file and the same text") {
  const Bytes text = test::words(400'000);
  const auto context = compress_context();
  for (const auto& [parameter, value] :
       {std::pair{CZIP_C_LEVEL, 1}, {CZIP_C_BLOCK_BYTES, 65536}, {CZIP_C_THREADS, 4}})
    REQUIRE(czip_cctx_set(context.get(), parameter, value) == CZIP_OK);
  const auto file = compress_stream(context.get(), text, 5000, 100);
  REQUIRE(czip_cctx_set(context.get(), CZIP_C_THREADS, 1) == CZIP_OK);
  CHECK(compress_stream(context.get(), text, 77'777, 1 << 20).bytes == file.bytes);
  const auto reader = decompress_context();
  REQUIRE(czip_dctx_set(reader.get(), CZIP_D_THREADS, 4) == CZIP_OK);
  CHECK(decompress_stream(reader.get(), file.bytes, 999, 5000).bytes == text);
}

TEST_CASE("a flush gives all text so far, and the whole decodes") {
  const auto context = compress_context();
  const auto reader = decompress_context();
  Bytes text;
  Bytes file;
  for (const std::size_t size : std::initializer_list<std::size_t>{5, 70'000, 0, 300}) {
    CAPTURE(size);
    const Bytes part = test::to_bytes(test::english_text(size, size + 1));
    const auto packed = compress_stream(context.get(), part, 4096, 1000, CZIP_FLUSH);
    REQUIRE(packed.status == CZIP_OK);
    CHECK(packed.bytes.empty() == part.empty());  // a flush of nothing writes nothing
    const auto unpacked = decompress_stream(reader.get(), packed.bytes, 100, 1000, CZIP_CONTINUE);
    CHECK(unpacked.status == CZIP_OK);
    CHECK(unpacked.bytes == part);
    text.insert(text.end(), part.begin(), part.end());
    file.insert(file.end(), packed.bytes.begin(), packed.bytes.end());
  }
  CHECK(compress_stream(context.get(), {}, 1, 1).bytes.empty());  // nothing is left to write
  CHECK(decompress_stream(reader.get(), {}, 1, 1).bytes.empty());
  const auto outcome = test::decode_v2(file);
  CHECK(outcome.status.has_value());
  CHECK(outcome.text == text);
  CHECK(outcome.report.frames == 3);
}

TEST_CASE("a call takes input and gives output only within the buffers that it has") {
  const Bytes text = test::words(3000);
  const auto context = compress_context();
  czip_in_buffer in{text.data(), text.size(), 0};
  czip_out_buffer out{nullptr, 0, 0};
  int done = 0;
  CHECK(czip_cctx_stream(context.get(), &out, &in, CZIP_CONTINUE, &done) == CZIP_OK);
  CHECK(done == 1);
  CHECK(in.pos == in.size);
  CHECK(czip_cctx_stream(context.get(), &out, &in, CZIP_END, &done) == CZIP_OK);
  CHECK(done == 0);  // there is no room
  Bytes room(10'000, 0xee);
  out = {room.data(), 9000, 5};
  CHECK(czip_cctx_stream(context.get(), &out, &in, CZIP_END, &done) == CZIP_OK);
  CHECK(done == 1);
  const Bytes expected = piped(text, 6);
  REQUIRE(out.pos == 5 + expected.size());
  CHECK(std::equal(expected.begin(), expected.end(), room.begin() + 5));
  CHECK(std::all_of(room.begin(), room.begin() + 5, [](int byte) { return byte == 0xee; }));
  CHECK(std::all_of(room.begin() + static_cast<std::ptrdiff_t>(out.pos), room.end(),
                    [](int byte) { return byte == 0xee; }));
}

TEST_CASE("a context whose stream has begun does nothing else until it is reset") {
  const Bytes text = test::words(200'000);
  const auto context = compress_context();
  const auto begin = [&] {
    return compress_stream(context.get(), std::span(text).first(100'000), 10'000, 100,
                           CZIP_CONTINUE)
        .status;
  };
  CHECK(begin() == CZIP_OK);
  CHECK(czip_cctx_set(context.get(), CZIP_C_LEVEL, 1) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_cctx_set_model(context.get(), nullptr) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(test::compress(context.get(), text).status == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_cctx_reset(context.get(), CZIP_RESET_STREAM) == CZIP_OK);
  CHECK(test::compress(context.get(), text).bytes == test::encoded_v2(text));
  CHECK(begin() == CZIP_OK);
  // Freed in the middle: the threads end.
}

TEST_CASE("resetting and freeing end a stream in the midst of a block") {
  const Bytes text = test::words(2'000'000);
  for (const int threads : {1, 3}) {
    const auto context = compress_context();
    REQUIRE(czip_cctx_set(context.get(), CZIP_C_THREADS, threads) == CZIP_OK);
    czip_in_buffer in{text.data(), text.size(), 0};
    char byte = 0;
    czip_out_buffer out{&byte, 1, 0};
    int done = 1;
    REQUIRE(czip_cctx_set(context.get(), CZIP_C_LEVEL, 1) == CZIP_OK);
    CHECK(czip_cctx_stream(context.get(), &out, &in, CZIP_END, &done) == CZIP_OK);
    CHECK(done == 0);
    CHECK(out.pos == 1);
    CHECK(czip_cctx_reset(context.get(), CZIP_RESET_STREAM) == CZIP_OK);
    CHECK(compress_stream(context.get(), test::words(300), 300, 300).bytes ==
          piped(test::words(300), 1));
  }
  const Bytes file = test::small_block_frame(test::words(20'000));
  const auto reader = decompress_context();
  CHECK(
      decompress_stream(reader.get(), std::span(file).first(file.size() / 2), 100, 1, CZIP_CONTINUE)
          .status == CZIP_OK);
  CHECK(czip_dctx_set(reader.get(), CZIP_D_THREADS, 1) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_dctx_reset(reader.get(), CZIP_RESET_STREAM) == CZIP_OK);
  CHECK(decompress_stream(reader.get(), file, 100, 100).bytes == test::words(20'000));
}

TEST_CASE("buffers and directives that are not valid are refused and change nothing") {
  const Bytes text = test::words(300);
  const auto context = compress_context();
  const auto reader = decompress_context();
  char byte = 0;
  int done = 7;
  czip_in_buffer in{text.data(), text.size(), 0};
  czip_out_buffer out{&byte, 1, 0};
  const auto refused = [&](czip_out_buffer* to, czip_in_buffer* from, int directive, int* is_done) {
    return czip_cctx_stream(context.get(), to, from, directive, is_done) ==
               CZIP_ERROR_INVALID_ARGUMENT &&
           czip_dctx_stream(reader.get(), to, from, directive, is_done) ==
               CZIP_ERROR_INVALID_ARGUMENT;
  };
  CHECK(refused(nullptr, &in, CZIP_END, &done));
  CHECK(done == 0);
  CHECK(refused(&out, nullptr, CZIP_END, &done));
  CHECK(refused(&out, &in, CZIP_END, nullptr));
  CHECK(refused(&out, &in, 3, &done));
  CHECK(refused(&out, &in, -1, &done));
  czip_in_buffer beyond{text.data(), 3, 4};
  CHECK(refused(&out, &beyond, CZIP_END, &done));
  czip_in_buffer nowhere{nullptr, 3, 0};
  CHECK(refused(&out, &nowhere, CZIP_END, &done));
  czip_out_buffer no_room{nullptr, 3, 0};
  CHECK(refused(&no_room, &in, CZIP_END, &done));
  CHECK(czip_dctx_stream(reader.get(), &out, &in, CZIP_FLUSH, &done) ==
        CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_cctx_stream(nullptr, &out, &in, CZIP_END, &done) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(czip_dctx_stream(nullptr, &out, &in, CZIP_END, &done) == CZIP_ERROR_INVALID_ARGUMENT);
  CHECK(in.pos == 0);
  CHECK(out.pos == 0);
  CHECK(compress_stream(context.get(), text, 300, 300).bytes == piped(text, 6));
}

TEST_CASE("after an error a stream gives the same error, until it is reset") {
  const Bytes text = test::words(20'000);
  Bytes file = test::small_block_frame(text, {.block_bytes = 4096});
  file[file.size() / 2] ^= 1;
  const auto reader = decompress_context();
  const auto outcome = decompress_stream(reader.get(), file, 100, 100);
  CHECK(outcome.status == CZIP_ERROR_CORRUPT);
  // The text before the damage has been given.
  CHECK(outcome.bytes.size() >= 4096);
  CHECK(outcome.bytes.size() < text.size());
  CHECK(std::equal(outcome.bytes.begin(), outcome.bytes.end(), text.begin()));
  const auto again = decompress_stream(reader.get(), test::encoded_v2(text), 100, 100);
  CHECK(again.status == CZIP_ERROR_CORRUPT);
  CHECK(again.message == outcome.message);
  CHECK(czip_dctx_reset(reader.get(), CZIP_RESET_STREAM) == CZIP_OK);
  CHECK(decompress_stream(reader.get(), test::encoded_v2(text), 100, 100).bytes == text);
}

TEST_CASE("a file that ends too early, is empty or is something else is refused") {
  const auto reader = decompress_context();
  const auto refused = [&](const Bytes& file) {
    const auto outcome = decompress_stream(reader.get(), file, 3, 100);
    CHECK(czip_dctx_reset(reader.get(), CZIP_RESET_STREAM) == CZIP_OK);
    return outcome.status;
  };
  const Bytes file = test::encoded_v2(test::words(1000));
  for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{9}, file.size() - 1})
    CHECK(refused(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size))) ==
          CZIP_ERROR_TRUNCATED);
  CHECK(refused({}) == CZIP_ERROR_TRUNCATED);
  CHECK(refused(test::to_bytes("a text")) == CZIP_ERROR_CORRUPT);
}

TEST_CASE("what follows the last frame is left alone") {
  const Bytes text = test::words(300);
  const Bytes file = test::joined({test::encoded_v2(text), test::to_bytes("and a letter")});
  const auto reader = decompress_context();
  CHECK(test::decompress(reader.get(), file, text.size()).bytes == text);
  Bytes room(1000);
  czip_in_buffer in{file.data(), file.size(), 0};
  czip_out_buffer out{room.data(), room.size(), 0};
  int done = 0;
  for (const int directive : {CZIP_CONTINUE, CZIP_CONTINUE, CZIP_END}) {
    CHECK(czip_dctx_stream(reader.get(), &out, &in, directive, &done) == CZIP_OK);
    CHECK(done == 1);
    CHECK(out.pos == text.size());
  }
  CHECK(std::equal(text.begin(), text.end(), room.begin()));
}

TEST_CASE("limits and progress hold in streams") {
  const Bytes text = test::words(100'000);
  const Bytes file = test::encoded_v2(text);
  const auto reader = decompress_context();
  REQUIRE(czip_dctx_set(reader.get(), CZIP_D_MAX_OUTPUT, 99'999) == CZIP_OK);
  CHECK(decompress_stream(reader.get(), file, 100, 100).status == CZIP_ERROR_OVER_LIMIT);
  REQUIRE(czip_dctx_reset(reader.get(), CZIP_RESET_STREAM) == CZIP_OK);
  REQUIRE(czip_dctx_set(reader.get(), CZIP_D_MAX_OUTPUT, 100'000) == CZIP_OK);
  CHECK(decompress_stream(reader.get(), file, 100, 100).bytes == text);
  const auto context = compress_context();
  const auto cancel = [](void*, std::uint64_t text_bytes) { return text_bytes < 50'000 ? 1 : 0; };
  REQUIRE(czip_cctx_set_progress(context.get(), cancel, nullptr) == CZIP_OK);
  CHECK(compress_stream(context.get(), text, 10'000, 1 << 20).status == CZIP_ERROR_CANCELLED);
  REQUIRE(czip_dctx_set_progress(reader.get(), cancel, nullptr) == CZIP_OK);
  CHECK(decompress_stream(reader.get(), file, 1 << 20, 1 << 20).status == CZIP_ERROR_CANCELLED);
}

TEST_CASE("CZIPv1 streams, too, but as a whole") {
  const Bytes text = seeded_v1_text();
  const auto context = compress_context("v1/seeded.czm");
  const auto file = compress_stream(context.get(), text, 100, 10);
  CHECK(file.status == CZIP_OK);
  CHECK(file.bytes == test::compress(context.get(), text, 10'000).bytes);
  CHECK(compress_stream(context.get(), text, 100, 10, CZIP_FLUSH).status == CZIP_ERROR_UNSUPPORTED);
  const auto reader = decompress_context("v1/seeded.czm");
  CHECK(decompress_stream(reader.get(), file.bytes, 1, 1).bytes == text);
  REQUIRE(czip_dctx_set(reader.get(), CZIP_D_MEMORY_LIMIT, 100) == CZIP_OK);
  CHECK(decompress_stream(reader.get(), file.bytes, 10, 10).status == CZIP_ERROR_OVER_LIMIT);
}

// Executors: one that makes the calls one after another, the last first, and one with threads.

struct Calls {
  std::atomic<int> runs = 0;
  std::atomic<std::size_t> most = 0;
};

void run_backwards(void* user, std::size_t count, void (*work)(void*, std::size_t),
                   void* argument) {
  auto& calls = *static_cast<Calls*>(user);
  ++calls.runs;
  calls.most = std::max<std::size_t>(calls.most, count);
  for (std::size_t i = count; i > 0; --i) work(argument, i - 1);
}

void run_in_pool(void* user, std::size_t count, void (*work)(void*, std::size_t), void* argument) {
  auto& calls = *static_cast<Calls*>(user);
  ++calls.runs;
  calls.most = std::max<std::size_t>(calls.most, count);
  std::atomic<std::size_t> next = 0;
  std::vector<std::thread> pool;
  for (int t = 0; t < 3; ++t)
    pool.emplace_back([&] {
      for (std::size_t i = next++; i < count; i = next++) work(argument, i);
    });
  for (std::thread& thread : pool) thread.join();
}

void run_nothing(void*, std::size_t, void (*)(void*, std::size_t), void*) {}

TEST_CASE("an executor of any order runs the codec's threads") {
  const Bytes text = test::words(500'000);
  const auto context = compress_context();
  const auto reader = decompress_context();
  for (const auto& [parameter, value] :
       {std::pair{CZIP_C_LEVEL, 1}, {CZIP_C_BLOCK_BYTES, 65536}, {CZIP_C_THREADS, 4}})
    REQUIRE(czip_cctx_set(context.get(), parameter, value) == CZIP_OK);
  REQUIRE(czip_dctx_set(reader.get(), CZIP_D_THREADS, 4) == CZIP_OK);
  const Bytes expected = test::encoded_v2(text, {.level = 1, .threads = 1, .block_bytes = 65536});
  for (const czip_executor executor : {run_backwards, run_in_pool, run_nothing}) {
    Calls calls;
    REQUIRE(czip_cctx_set_executor(context.get(), executor, &calls) == CZIP_OK);
    REQUIRE(czip_dctx_set_executor(reader.get(), executor, &calls) == CZIP_OK);
    CHECK(test::compress(context.get(), text).bytes == expected);
    CHECK(test::decompress(reader.get(), expected, text.size()).bytes == text);
    const auto file = compress_stream(context.get(), text, 10'000, 1000);
    CHECK(file.status == CZIP_OK);
    CHECK(decompress_stream(reader.get(), file.bytes, 10'000, 1000).bytes == text);
    if (executor != run_nothing) {
      CHECK(calls.runs == 4);
      CHECK(calls.most == 4);
    }
  }
}

TEST_CASE("an executor runs a language model, whose threads wait for each other") {
  const Bytes text = test::words(3000);
  const Bytes expected = [&] {
    const auto context = compress_context("v2/language.czm");
    return test::compress(context.get(), text).bytes;
  }();
  const auto context = compress_context("v2/language.czm");
  REQUIRE(czip_cctx_set(context.get(), CZIP_C_THREADS, 3) == CZIP_OK);
  for (const czip_executor executor : {run_backwards, run_in_pool}) {
    Calls calls;
    REQUIRE(czip_cctx_set_executor(context.get(), executor, &calls) == CZIP_OK);
    CHECK(test::compress(context.get(), text).bytes == expected);
    CHECK(calls.runs > 0);
  }
}

}  // namespace
}  // namespace czip::c_api
