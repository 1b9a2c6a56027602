// CZIPv2 files. The first byte says what is mended before they are read: 0 nothing, 1 checks,
// 2 everything (reseal_v2.hpp). Reading a file whole, by another SIMD level, on two threads, in
// part, and inspecting it must agree.
#include "czip/codec/v2/codec.hpp"
#include "fuzz/codec/model_v2.hpp"
#include "fuzz/codec/reseal_v2.hpp"
#include "fuzz/fuzz.hpp"
#include "support/error_style.hpp"

namespace {

using namespace czip;
using namespace czip::test;

v2::DecodeOptions options(unsigned threads, SimdLevel simd) {
  static v2::CodingContext context;
  return {.threads = threads, .simd = simd, .progress = {}, .context = &context};
}

struct Outcome {
  Result<v2::CodingReport> report;
  Bytes text;
};

Outcome decoded(const Bytes& file, unsigned threads, SimdLevel simd) {
  MemorySource source(file);
  MemorySink sink;
  auto report = v2::decode(fuzz_model_v2(), source, sink, options(threads, simd));
  return {std::move(report), sink.bytes()};
}

void check_same(const Outcome& one, const Outcome& other) {
  insist(one.report.has_value() == other.report.has_value(), "both readings succeed or fail");
  insist(one.text == other.text, "both readings give the same text");
  if (!one.report)
    insist(one.report.error().message == other.report.error().message, "both fail alike");
}

void check_range(const Bytes& file, const Outcome& whole, v2::TextRange range) {
  MemorySource source(file);
  MemorySink sink;
  const auto part = v2::decode_range(
      [](const v2::ModelReference& wanted) { return v2::matching_model(fuzz_model_v2(), wanted); },
      source, range, sink, options(1, best_simd_level()));
  if (!part) {
    insist_error(part.error(), {ErrorCode::corrupt, ErrorCode::truncated, ErrorCode::unsupported,
                                ErrorCode::model_mismatch, ErrorCode::invalid_argument});
    insist(!whole.report || range.start > whole.text.size(), "a part of what is whole can be read");
    return;
  }
  if (!whole.report) return;
  insist(range.start <= whole.text.size(), "a range begins in the text");
  const auto begin = whole.text.begin() + static_cast<std::ptrdiff_t>(range.start);
  const std::size_t length = std::min<std::size_t>(range.length, whole.text.size() - range.start);
  insist(std::ranges::equal(std::span(begin, length), sink.bytes()), "a part is of the whole");
}

void check_information(const Bytes& file, const Outcome& whole) {
  MemorySource source(file);
  const auto info = v2::inspect(source);
  if (!info) {
    insist_damage(info.error());
    insist(!whole.report, "what can be decoded can be inspected");
    return;
  }
  if (!whole.report) return;
  insist(info->text_bytes == whole.text.size() && info->frames == whole.report->frames &&
             info->trailing.garbage_offset == whole.report->trailing.garbage_offset,
         "inspection knows the lengths");
  insist(info->trailing.garbage_offset.has_value() || info->file_bytes <= file.size(),
         "only what is reported is left over");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 32768) return 0;
  FuzzInput input(data, size);
  const std::uint32_t mode = input.below(3);
  Bytes file(input.rest().begin(), input.rest().end());
  if (mode != 0)
    file =
        resealed_frames(std::move(file), mode == 1 ? Reseal::checks : Reseal::all, fuzz_model_v2());
  const MemoryBound bound((std::size_t{160} << 20) + 64 * size);
  const Outcome whole = decoded(file, 1, best_simd_level());
  if (!whole.report) insist_damage(whole.report.error());
  if (whole.report) insist(whole.report->text_bytes == whole.text.size(), "the report is right");
  const unsigned choice = size == 0 ? 0 : data[size / 2];
  check_same(whole, decoded(file, 1 + choice % 2, SimdLevel::scalar));
  check_information(file, whole);
  check_range(file, whole, {choice * std::uint64_t{7} % (whole.text.size() + 2), 1 + choice});
  check_range(file, whole, {0, ~std::uint64_t{0}});
  (void)v2::starts_archive(std::span(file).first(std::min(file.size(), v2::kMaxStartBytes)));
  return 0;
}
