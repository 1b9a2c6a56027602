// Damaged CZIPv2 files. The first byte says what of the file is mended before it is damaged: 0
// nothing, 1 checks, 2 everything (reseal_v2.hpp). Edits follow, then the file. What is salvaged
// does not depend on threads and SIMD level, and its report adds up; of a file that can be decoded
// it is the text.
#include "czip/codec/v2/salvage.hpp"

#include "czip/base/little_endian.hpp"
#include "fuzz/codec/byte_edits.hpp"
#include "fuzz/codec/model_v2.hpp"
#include "fuzz/codec/reseal_v2.hpp"
#include "fuzz/fuzz.hpp"
#include "v2/container/container.hpp"
#include "v2/container/recovery_record.hpp"

namespace {

using namespace czip;
using namespace czip::test;

constexpr std::uint32_t kMaxEdits = 8;
constexpr std::uint32_t kLargestText = 1 << 14;
constexpr std::size_t kMaxFile = 1 << 16;

Result<v2::Model> find_model(const v2::ModelReference& wanted) {
  return v2::matching_model(fuzz_model_v2(), wanted);
}

// A header of which the check holds, whatever else stands there.
template <std::size_t kBytes, std::size_t kCheck>
void seal(Bytes& file, std::size_t at) {
  if (at + kBytes > file.size()) return;
  const auto header = std::span(file).subspan(at, kBytes);
  store_le(&header[kCheck], v2::check32(header.first(kCheck)));
}

void seal_block(Bytes& file, std::size_t at) {
  using Layout = v2::BlockHeaderLayout;
  if (at + Layout::kBytes > file.size()) return;
  std::uint8_t* const header = &file[at];
  header[0] = static_cast<std::uint8_t>(1 + header[0] % 3);
  const auto text_bytes = load_le<std::uint32_t>(header + Layout::kTextBytes);
  store_le(header + Layout::kTextBytes, 1 + text_bytes % kLargestText);
  const auto payload_bytes = load_le<std::uint32_t>(header + Layout::kPayloadBytes);
  store_le(header + Layout::kPayloadBytes, payload_bytes % kLargestText);
  if (header[0] == static_cast<std::uint8_t>(v2::BlockType::stored)) {
    header[Layout::kSettings] = 0;
    store_le(header + Layout::kFinalRange, std::uint32_t{0});
    store_le(header + Layout::kPayloadBytes, 1 + text_bytes % kLargestText);
    std::copy_n(header + Layout::kTextHash, 8, header + Layout::kPayloadHash);
  }
  seal<Layout::kBytes, Layout::kCheck>(file, at);
}

void edit(Bytes& file, FuzzInput& input) {
  const std::uint32_t kind = input.below(7);
  const std::size_t begin = file.empty() ? 0 : input.word() % file.size();
  const std::size_t length = std::min<std::size_t>(input.word() % 4096, file.size() - begin);
  if (kind < kByteEdits) return edit_bytes(file, kind, begin, length, kMaxFile, input);
  switch (kind) {
    case 4:
      seal_block(file, begin);
      break;
    case 5:
      seal<v2::FrameHeaderLayout::kBytes, v2::FrameHeaderLayout::kCheck>(file, begin);
      break;
    case 6:
      if (begin + v2::kRecoveryHeaderBytes <= file.size())
        std::ranges::copy(v2::serialize({.data_shards = 3,
                                         .parity_shards = 1,
                                         .at_end = length % 2 == 1,
                                         .shard_bytes = 64,
                                         .covered_bytes = 1 + begin}),
                          file.begin() + static_cast<std::ptrdiff_t>(begin));
      break;
  }
}

// Keeps the beginning, and counts the rest.
class CountingSink final : public ByteSink {
 public:
  Status write(std::span<const std::uint8_t> bytes) override {
    size += bytes.size();
    const auto kept = bytes.first(std::min(bytes.size(), kMaxFile * 16 - text.size()));
    text.insert(text.end(), kept.begin(), kept.end());
    return {};
  }
  Status write_zeros(std::uint64_t count) override {
    size += count;
    text.resize(
        static_cast<std::size_t>(std::min<std::uint64_t>(text.size() + count, kMaxFile * 16)));
    return {};
  }
  Bytes text;
  std::uint64_t size = 0;
};

struct Outcome {
  Result<v2::SalvageReport> report;
  CountingSink sink;
};

Outcome salvaged(const Bytes& file, unsigned threads, SimdLevel simd, bool skip) {
  static v2::CodingContext context;
  MemorySource source(file);
  v2::SalvageOptions options;
  options.decode = {.threads = threads, .simd = simd, .progress = {}, .context = &context};
  options.skip_lost = skip;
  const auto salvage = value_or_abort(v2::Salvage::scan(find_model, source, options), "a search");
  (void)salvage.archive();
  Outcome outcome;
  outcome.report = salvage.decode(outcome.sink);
  return outcome;
}

void check_report(const v2::SalvageReport& report, const Outcome& outcome, const Bytes& file) {
  std::uint64_t zeros = 0;
  for (std::size_t i = 0; i < report.lost.size(); ++i) {
    const v2::LostText& lost = report.lost[i];
    if (lost.filled) zeros += lost.length.value();
    insist(lost.output_offset <= outcome.sink.size, "what is lost has its place in the output");
    insist(i == 0 || report.lost[i - 1].output_offset <= lost.output_offset,
           "what is lost is in order");
  }
  insist(outcome.sink.size == report.recovered.text_bytes + zeros, "the report adds up");
  std::uint64_t end = 0;
  for (const v2::FileRange& range : report.damaged) {
    insist(range.begin >= end && range.end > range.begin, "what is damaged is in order");
    end = range.end;
  }
  insist(end <= file.size(), "what is damaged is in the file");
}

void check_same(const Outcome& one, const Outcome& other) {
  insist(one.report.has_value() == other.report.has_value(), "both salvage, or fail");
  if (!one.report) return;
  const v2::SalvageReport& a = *one.report;
  const v2::SalvageReport& b = *other.report;
  insist(one.sink.size == other.sink.size && a.recovered.text_hash == b.recovered.text_hash &&
             a.recovered.blocks == b.recovered.blocks && a.lost.size() == b.lost.size() &&
             a.damaged.size() == b.damaged.size() && a.mixed_frames == b.mixed_frames,
         "both salvage the same");
}

// Of a file that is whole.
void check_whole(const Outcome& outcome, const Bytes& file) {
  MemorySource source(file);
  MemorySink sink;
  const auto report = v2::decode(find_model, source, sink, {.threads = 1});
  if (!report || report->trailing.garbage_offset || report->trailing.recovery_damaged) return;
  insist(outcome.report.has_value(), "what can be decoded can be salvaged");
  insist(outcome.report->complete(), "nothing is lost of a file that can be decoded");
  insist(outcome.sink.text == sink.bytes(), "a file that can be decoded gives its text");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 32768) return 0;
  FuzzInput input(data, size);
  const std::uint32_t mode = input.below(3);
  const std::uint32_t edits = input.below(kMaxEdits + 1);
  const auto choices = input.take(std::size_t{13} * edits);
  Bytes file(input.rest().begin(), input.rest().end());
  if (mode != 0)
    file =
        resealed_frames(std::move(file), mode == 1 ? Reseal::checks : Reseal::all, fuzz_model_v2());
  FuzzInput chosen(choices.data(), choices.size());
  for (std::uint32_t i = 0; i < edits; ++i) edit(file, chosen);

  const MemoryBound bound((std::size_t{160} << 20) + 1024 * size);
  const bool skip = size % 2 == 1;
  const Outcome one = salvaged(file, 1, best_simd_level(), skip);
  if (one.report)
    check_report(*one.report, one, file);
  else
    insist_error(one.report.error(), {ErrorCode::model_mismatch});
  check_same(one, salvaged(file, size % 4 < 2 ? 1 : 2, SimdLevel::scalar, skip));
  check_whole(one, file);
  return 0;
}
