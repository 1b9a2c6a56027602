// Any bytes, at every level of both formats and as a block of a language model: what is encoded
// decodes to the same bytes, and is the same file whatever the number of threads, the SIMD level
// and the way in which the text arrives. The first bytes choose level and options, the rest is the
// text, repeated to reach several blocks.
#include <string>

#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/codec.hpp"
#include "fuzz/codec/model_v2.hpp"
#include "fuzz/fuzz.hpp"
#include "support/troubled_streams.hpp"
#include "support/v1_seeded_model.hpp"

namespace {

using namespace czip;
using namespace czip::test;

void round_trip_v2(FuzzInput& input) {
  const v2::Model& model = fuzz_model_v2();
  static v2::CodingContext context;
  v2::EncodeOptions options{
      .level = static_cast<int>(1 + input.below(v2::kMaxLevel)), .threads = 1, .context = &context};
  const std::uint8_t flags = input.byte();
  // Under sanitizers, more than a block takes too long at the higher levels.
  const std::uint32_t copies = (flags & 3) == 3 && options.level <= 3 ? 1 + input.byte() : 1;
  options.archive = (flags & 4) != 0;
  options.verify = (flags & 8) != 0;
  if ((flags & 16) != 0) options.block_bytes = v2::kMinBlockBytes;
  Bytes text;
  for (std::uint32_t i = 0; i < copies && text.size() < 70'000; ++i)
    text.insert(text.end(), input.rest().begin(), input.rest().end());

  MemorySink file;
  const auto report = value_or_abort(v2::encode(model, text, file, options), "encoding");
  insist(report.text_bytes == text.size() && report.file_bytes == file.bytes().size(),
         "the report has the lengths");
  insist(file.bytes().size() <= text.size() + text.size() / 1024 + 256, "a file is hardly longer");

  options.threads = 2;
  options.simd = SimdLevel::scalar;
  Pipe pipe(text, ~std::size_t{0}, 1 + flags);
  MemorySink again;
  if ((flags & 32) == 0) {
    (void)value_or_abort(v2::encode(model, text, again, options), "encoding again");
    insist(again.bytes() == file.bytes(), "encoding again gives the same file");
  } else {
    (void)value_or_abort(v2::encode(model, pipe, again, options), "encoding a pipe");
  }

  MemorySource source(again.bytes());
  MemorySink back;
  const auto decoded = value_or_abort(
      v2::decode(model, source, back, {.threads = 2, .progress = {}, .context = &context}),
      "decoding");
  insist(back.bytes() == text && decoded.text_hash == report.text_hash, "the text comes back");
  insist(v2::starts_archive(
             std::span(again.bytes()).first(std::min(again.bytes().size(), v2::kMaxStartBytes))) ==
             options.archive,
         "an archive is marked");
}

// A block that the language model codes, shorter or not.
void round_trip_language_model(FuzzInput& input) {
  const v2::BlockSettings settings{
      .streams_log2 = static_cast<std::uint8_t>(input.below(v2::kMaxStreamsLog2 + 1)),
      .language_model = true};
  const Bytes text(input.rest().begin(), input.rest().end());
  static v2::BlockCoder best(best_simd_level());
  static v2::BlockCoder scalar(SimdLevel::scalar);
  const auto block = value_or_abort(best.encode(fuzz_model_v2(), settings, text), "encoding");
  const auto again = value_or_abort(scalar.encode(fuzz_model_v2(), settings, text), "encoding");
  insist(block.payload == again.payload && block.final_range == again.final_range,
         "all levels give the same block");
  for (v2::BlockCoder* const coder : {&best, &scalar}) {
    Bytes back(text.size());
    const auto status =
        coder->decode(fuzz_model_v2(), settings, block.payload, block.final_range, back);
    insist(status.has_value() && back == text, "the text comes back");
  }
}

void round_trip_v1(FuzzInput& input) {
  static const v1::Model model = value_or_abort(
      v1::load_model(make_seeded_model(
          {.heads = 1, .d_ff = 64, .layers = 1, .positions = 1024, .context_log2 = 10})),
      "the tiny model");
  v1::EncodeOptions options{.level = static_cast<int>(1 + input.below(v1::kMaxLevel)),
                            .threads = 1};
  const std::uint8_t flags = input.byte();
  options.outer = (flags & 1) != 0 ? v1::OuterCodec::zstd : v1::OuterCodec::brotli;
  options.dialect = std::array{v1::Dialect::rust, v1::Dialect::i64, v1::Dialect::python}[flags % 3];
  const Bytes text(input.rest().begin(), input.rest().end());
  MemorySink file;
  const auto report = value_or_abort(v1::encode(model, text, file, options), "encoding");
  insist(report.text_bytes == text.size() && report.file_bytes == file.bytes().size(),
         "the report has the lengths");
  options.threads = 2;
  options.simd = SimdLevel::scalar;
  MemorySink again;
  (void)value_or_abort(v1::encode(model, text, again, options), "encoding again");
  insist(again.bytes() == file.bytes(), "encoding again gives the same file");
  MemorySource source(file.bytes());
  MemorySink back;
  (void)value_or_abort(v1::decode(model, source, back, {.dialect = options.dialect, .threads = 1}),
                       "decoding");
  insist(back.bytes() == text, "the text comes back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 2048) return 0;
  FuzzInput input(data, size);
  switch (input.below(4)) {
    case 0:
      round_trip_v1(input);
      break;
    case 1:
      round_trip_language_model(input);
      break;
    default:
      round_trip_v2(input);
  }
  return 0;
}
