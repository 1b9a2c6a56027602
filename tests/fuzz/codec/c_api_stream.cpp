// The decoder of streams behind czip.h, on CZIPv2 files as in v2_container, in pieces and buffers
// of every size: it gives the text, up to the damage, and the error that the codec gives.
#include <algorithm>

#include "czip.h"
#include "czip/codec/v2/codec.hpp"
#include "fuzz/codec/model_v2.hpp"
#include "fuzz/codec/reseal_v2.hpp"
#include "fuzz/fuzz.hpp"

namespace {

using namespace czip;
using namespace czip::test;

czip_dctx* fuzz_context() {
  czip_dctx* const context = czip_dctx_create();
  czip_model* model = nullptr;
  const Bytes& file = fuzz_model_file_v2();
  insist(czip_model_borrow(&model, file.data(), file.size(), nullptr, 0) == CZIP_OK, "a model");
  insist(czip_dctx_add_model(context, model) == CZIP_OK, "a context takes a model");
  czip_model_release(model);
  return context;
}

struct Outcome {
  czip_status status = CZIP_OK;
  Bytes text;
};

// The pieces' sizes are those of `choices`, again and again.
Outcome streamed(czip_dctx* context, const Bytes& file, std::span<const std::uint8_t> choices) {
  Outcome outcome;
  Bytes room(256);
  std::size_t turn = 0;
  const auto next = [&] {
    return choices.empty() ? std::size_t{64} : std::size_t{1} + choices[turn++ % choices.size()];
  };
  std::size_t taken = 0;
  for (;;) {
    czip_in_buffer in{file.data() + taken, std::min(next(), file.size() - taken), 0};
    taken += in.size;
    const int directive = taken == file.size() ? CZIP_END : CZIP_CONTINUE;
    for (int done = 0; done == 0;) {
      czip_out_buffer out{room.data(), next(), 0};
      outcome.status = czip_dctx_stream(context, &out, &in, directive, &done);
      insist(out.pos <= out.size && in.pos <= in.size, "a call stays within its buffers");
      outcome.text.insert(outcome.text.end(), room.begin(),
                          room.begin() + static_cast<std::ptrdiff_t>(out.pos));
      if (outcome.status != CZIP_OK) return outcome;
      insist(done != 0 || out.pos == out.size, "a call that is not done has filled its buffer");
    }
    if (directive == CZIP_END) return outcome;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 16384) return 0;
  FuzzInput input(data, size);
  const std::uint32_t mode = input.below(3);
  const auto choices = input.take(input.below(8));
  Bytes file(input.rest().begin(), input.rest().end());
  if (mode != 0)
    file =
        resealed_frames(std::move(file), mode == 1 ? Reseal::checks : Reseal::all, fuzz_model_v2());
  const std::uint8_t beginning[] = {'C', 'Z'};  // of CZIPv1, which has its own target
  if (file.size() >= 2 && std::equal(std::begin(beginning), std::end(beginning), file.begin()))
    return 0;
  MemorySource source(file);
  MemorySink sink;
  const auto whole = v2::decode(fuzz_model_v2(), source, sink, {.threads = 1});

  static czip_dctx* const context = fuzz_context();
  const unsigned threads = 1 + static_cast<unsigned>(choices.size() % 2);
  insist(czip_dctx_set(context, CZIP_D_THREADS, threads) == CZIP_OK, "a parameter can be set");
  const Outcome outcome = streamed(context, file, choices);
  insist(whole.has_value() == (outcome.status == CZIP_OK), "both readings succeed or fail");
  insist(sink.bytes() == outcome.text, "both readings give the same text");
  if (!whole && v2::has_magic(file)) {
    const Error& error = whole.error();
    insist(outcome.status == static_cast<int>(error.code), "both fail alike");
    // Of a model that is not there, this interface has more to say.
    if (error.code != ErrorCode::model_mismatch)
      insist(error.message.substr(0, 500) == std::string(czip_last_error()).substr(0, 500),
             "both fail alike: " + error.message);
  }
  insist(czip_dctx_reset(context, CZIP_RESET_STREAM) == CZIP_OK, "a context can be reset");
  return 0;
}
