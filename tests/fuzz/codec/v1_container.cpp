// CZIPv1 files. The first byte says what the rest is: 0 a whole file, 1 the payload, which is then
// put into a file that is right. The format has no checks: any error is right, and any text of the
// length that the file states; but all SIMD levels and numbers of threads must agree.
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v1/context.hpp"
#include "czip/codec/v1/payload.hpp"
#include "fuzz/fuzz.hpp"
#include "support/v1_seeded_model.hpp"
#include "support/v1_seeded_tokenizer.hpp"
#include "v1/container.hpp"

namespace {

using namespace czip;
using namespace czip::test;

const v1::Model& model() {
  static const v1::Model model =
      value_or_abort(v1::load_model(make_seeded_model(tiny_model_options())), "the tiny model");
  return model;
}

Bytes file_around(std::span<const std::uint8_t> payload, std::uint32_t text_bytes) {
  v1::FileHeader header{.outer = v1::OuterCodec::zstd, .text_bytes = text_bytes};
  if (payload.size() >= v1::kPayloadHeaderBytes)
    if (const auto inner = v1::parse_payload_header(payload.first(v1::kPayloadHeaderBytes)))
      header.payload_table_end = static_cast<std::uint32_t>(inner->table_end());
  const auto start = v1::serialize(header);
  return joined({Bytes(start.begin(), start.end()), wrap_in_zstd_frame(to_string(payload))});
}

struct Outcome {
  Result<v1::CodingReport> report;
  Bytes text;
};

Outcome decoded(const Bytes& file, SimdLevel simd, unsigned threads) {
  static v1::Context context(model());
  MemorySource source(file);
  MemorySink sink;
  auto report = context.decode(source, sink, {.dialect = {}, .threads = threads, .simd = simd});
  return {std::move(report), sink.bytes()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;
  FuzzInput input(data, size);
  const bool whole = input.below(2) == 0;
  const std::uint32_t text_bytes = whole ? 0 : input.word() % 65536;
  const auto rest = input.rest();
  const Bytes file = whole ? Bytes(rest.begin(), rest.end()) : file_around(rest, text_bytes);

  const MemoryBound bound((std::size_t{96} << 20) + 64 * size);
  MemorySource source(file);
  const auto info = v1::inspect(source);
  if (!info) insist_damage(info.error());
  if (info && info->tokens > 20'000) return 0;  // slow, as it claims to be

  const Outcome best = decoded(file, best_simd_level(), 1);
  const Outcome scalar = decoded(file, SimdLevel::scalar, 1);
  // Threads take groups of other sizes, so of several faults they may name another first.
  const Outcome threads = decoded(file, best_simd_level(), 2);
  insist(best.report.has_value() == scalar.report.has_value() &&
             best.report.has_value() == threads.report.has_value(),
         "all levels and threads succeed or fail");
  if (!best.report) {
    insist_damage(best.report.error());
    insist(best.report.error().message == scalar.report.error().message,
           "all levels fail alike: " + best.report.error().message + "; " +
               scalar.report.error().message);
    return 0;
  }
  insist(best.text == scalar.text && best.text == threads.text, "all give the same text");
  insist(info.has_value(), "what can be decoded can be inspected");
  insist(best.report->text_bytes == best.text.size() && info->text_bytes == best.text.size() &&
             best.report->tokens == info->tokens,
         "the lengths agree");
  return 0;
}
