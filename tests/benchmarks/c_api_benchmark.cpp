// What czip.h costs beside the codec itself: processor time of compressing and decompressing a text
// of 10 MB by one call and by a stream, against the codec's own functions, alternating, the least
// of several runs; and the time of short texts with a context that is kept. Fails where czip.h
// takes 2 % more.
// Usage: c_api_benchmark [LEVEL [MEGABYTES [RUNS]]]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <string>

#include "czip.h"
#include "czip/codec/default_model.hpp"
#include "czip/codec/v2/codec.hpp"
#include "support/results.hpp"
#include "support/sample_text.hpp"

namespace {

using namespace czip;
using test::Bytes;

void insist(czip_status status) {
  if (status == CZIP_OK) return;
  std::fprintf(stderr, "%s\n", czip_last_error());
  std::exit(1);
}

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

template <class Function>
double timed(const Function& function) {
  const double begin = cpu_seconds();
  function();
  return cpu_seconds() - begin;
}

struct Least {
  double seconds = std::numeric_limits<double>::max();
  template <class Function>
  void take(const Function& function) {
    seconds = std::min(seconds, timed(function));
  }
};

using Step = czip_status (*)(void*, czip_out_buffer*, czip_in_buffer*, int, int*);

Bytes streamed(const Bytes& input, void* context, Step step) {
  constexpr std::size_t kRoom = std::size_t{64} << 10;
  Bytes result;
  Bytes room(kRoom);
  std::size_t taken = 0;
  for (int done = 0; taken < input.size();) {
    czip_in_buffer in{input.data() + taken, std::min(kRoom, input.size() - taken), 0};
    taken += in.size;
    do {
      czip_out_buffer out{room.data(), room.size(), 0};
      insist(step(context, &out, &in, taken == input.size() ? CZIP_END : CZIP_CONTINUE, &done));
      result.insert(result.end(), room.data(), room.data() + out.pos);
    } while (done == 0);
  }
  return result;
}

int report(const char* what, double seconds, double own) {
  std::printf("%-26s %8.3f s, %.4f of the codec's own\n", what, seconds, seconds / own);
  return seconds <= 1.02 * own ? 0 : 1;
}

int compare_long(const v2::Model& model, const Bytes& text, int level, int runs) {
  v2::CodingContext tables;
  czip_cctx* const compressor = czip_cctx_create();
  czip_dctx* const decompressor = czip_dctx_create();
  insist(czip_cctx_set(compressor, CZIP_C_LEVEL, level));
  insist(czip_cctx_set(compressor, CZIP_C_VERIFY, 0));
  Bytes file(czip_compress_bound(text.size()));
  Bytes back(text.size());
  Bytes pieces;
  std::size_t size = 0;
  Least encode, compress, compress_pieces, decode, decompress, decompress_pieces;
  for (int run = 0; run < runs; ++run) {
    MemorySink packed;
    encode.take([&] {
      (void)test::value_of(
          v2::encode(model, text, packed, {.level = level, .threads = 1, .context = &tables}));
    });
    compress.take([&] {
      insist(czip_cctx_compress(compressor, file.data(), file.size(), &size, text.data(),
                                text.size()));
    });
    compress_pieces.take([&] {
      pieces =
          streamed(text, compressor,
                   [](void* to, czip_out_buffer* out, czip_in_buffer* in, int what, int* done) {
                     return czip_cctx_stream(static_cast<czip_cctx*>(to), out, in, what, done);
                   });
    });
    MemorySource source(packed.bytes());
    MemorySink text_sink;
    decode.take([&] {
      (void)test::value_of(
          v2::decode(model, source, text_sink, {.threads = 1, .context = &tables}));
    });
    decompress.take([&] {
      insist(czip_dctx_decompress(decompressor, back.data(), back.size(), &size,
                                  packed.bytes().data(), packed.bytes().size()));
    });
    decompress_pieces.take([&] {
      back = streamed(packed.bytes(), decompressor,
                      [](void* to, czip_out_buffer* out, czip_in_buffer* in, int what, int* done) {
                        return czip_dctx_stream(static_cast<czip_dctx*>(to), out, in, what, done);
                      });
    });
    if (back != text || text_sink.bytes() != text) return 1;
  }
  czip_cctx_free(compressor);
  czip_dctx_free(decompressor);
  std::printf("%-26s %8.3f s\n%-26s %8.3f s\n", "v2::encode", encode.seconds, "v2::decode",
              decode.seconds);
  return report("czip_cctx_compress", compress.seconds, encode.seconds) |
         report("czip_cctx_stream", compress_pieces.seconds, encode.seconds) |
         report("czip_dctx_decompress", decompress.seconds, decode.seconds) |
         report("czip_dctx_stream", decompress_pieces.seconds, decode.seconds);
}

void time_short(int level) {
  constexpr int kTexts = 500;
  const std::string text = test::english_text(140);
  Bytes file(czip_compress_bound(text.size()));
  std::string back(text.size(), '\0');
  std::size_t size = 0;
  const double first = timed([&] {
    insist(czip_compress(file.data(), file.size(), &size, text.data(), text.size(), level));
  });
  czip_cctx* const compressor = czip_cctx_create();
  czip_dctx* const decompressor = czip_dctx_create();
  insist(czip_cctx_set(compressor, CZIP_C_LEVEL, level));
  const auto compress = [&] {
    insist(
        czip_cctx_compress(compressor, file.data(), file.size(), &size, text.data(), text.size()));
  };
  const std::size_t file_size = (compress(), size);
  const double packing = timed([&] {
    for (int i = 0; i < kTexts; ++i) compress();
  });
  const double unpacking = timed([&] {
    for (int i = 0; i < kTexts; ++i)
      insist(czip_dctx_decompress(decompressor, back.data(), back.size(), &size, file.data(),
                                  file_size));
  });
  const double fresh = timed([&] {
    for (int i = 0; i < 20; ++i)
      insist(czip_compress(file.data(), file.size(), &size, text.data(), text.size(), level));
  });
  std::printf(
      "140 bytes become %zu: %.0f us with a context that is kept, %.0f us back;\n"
      "  %.0f us by czip_compress, the first time %.0f us\n",
      file_size, packing / kTexts * 1e6, unpacking / kTexts * 1e6, fresh / 20 * 1e6, first * 1e6);
  czip_cctx_free(compressor);
  czip_dctx_free(decompressor);
}

}  // namespace

int main(int argc, char** argv) {
  const int level = argc > 1 ? std::atoi(argv[1]) : 1;
  const int megabytes = argc > 2 ? std::atoi(argv[2]) : 10;
  const int runs = argc > 3 ? std::atoi(argv[3]) : 3;
  if (default_model().empty() || megabytes < 1) return 2;
  time_short(level);
  const auto model = test::value_of(v2::Model::parse(default_model(), v2::ModelTrust::stated_hash));
  const std::string text = test::english_text(static_cast<std::size_t>(megabytes) * 1'000'000);
  return compare_long(model, Bytes(text.begin(), text.end()), level, runs);
}
