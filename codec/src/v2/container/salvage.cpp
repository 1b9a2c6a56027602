#include "czip/codec/v2/salvage.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include "io/stopwatch.hpp"
#include "v2/container/compact_tester.hpp"
#include "v2/container/part_scanner.hpp"
#include "v2/container/salvage_decoder.hpp"
#include "v2/container/salvage_plan.hpp"

namespace czip::v2 {
namespace {

constexpr std::uint64_t kUsualZerosPerByte = 4096;
constexpr std::uint64_t kMostZerosPerByte = kMaxBlockBytes / (kBlockHeaderBytes + 1);
constexpr std::uint64_t kMinZeros = kMaxBlockBytes;

// What a part takes at most until its text or its loss is told.
constexpr std::uint64_t kBytesPerPart = 400;

tl::unexpected<Error> no_memory() {
  return fail(ErrorCode::out_of_memory, "not enough memory to salvage");
}

std::uint64_t zeros_for(std::uint64_t file_bytes, std::uint64_t per_byte) {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max() / per_byte;
  return std::max(kMinZeros, std::min(file_bytes, most) * per_byte);
}

// Leaves only the ranges that have a byte other than 0.
Status remove_padding(RandomAccessSource& in, std::vector<FileRange>& ranges) {
  constexpr std::uint64_t kStep = std::uint64_t{64} << 10;
  std::vector<std::uint8_t> bytes;
  const auto is_padding = [&](const FileRange& range) -> Result<bool> {
    FrameInput input(in);
    input.seek(range.begin);
    while (input.offset() < range.end) {
      bytes.clear();
      CZIP_TRY(input.append(std::min(kStep, range.end - input.offset()), bytes));
      if (bytes.empty()) break;
      if (std::ranges::any_of(bytes, [](std::uint8_t byte) { return byte != 0; })) return false;
    }
    return true;
  };
  std::size_t kept = 0;
  for (const FileRange& range : ranges) {
    CZIP_TRY_ASSIGN(const bool padding, is_padding(range));
    if (!padding) ranges[kept++] = range;
  }
  ranges.resize(kept);
  return {};
}

// In their order, neighbours together.
void put_in_order(std::vector<FileRange>& ranges) {
  std::ranges::sort(ranges, {}, &FileRange::begin);
  std::size_t kept = 0;
  for (const FileRange& range : ranges) {
    if (kept > 0 && range.begin <= ranges[kept - 1].end)
      ranges[kept - 1].end = std::max(ranges[kept - 1].end, range.end);
    else
      ranges[kept++] = range;
  }
  ranges.resize(kept);
}

}  // namespace

std::uint64_t usual_zeros(std::uint64_t file_bytes) {
  return zeros_for(file_bytes, kUsualZerosPerByte);
}

std::uint64_t most_zeros(std::uint64_t file_bytes) {
  return zeros_for(file_bytes, kMostZerosPerByte);
}

struct Salvage::Plan : SalvagePlan {
  ModelFinder models;
  RandomAccessSource* in = nullptr;
  SalvageOptions options;
  std::uint64_t file_bytes = 0;
};

Salvage::Salvage(std::unique_ptr<Plan> plan) : plan_(std::move(plan)) {}
Salvage::Salvage(Salvage&&) noexcept = default;
Salvage& Salvage::operator=(Salvage&&) noexcept = default;
Salvage::~Salvage() = default;

Result<Salvage> Salvage::scan(const ModelFinder& models, RandomAccessSource& in,
                              const SalvageOptions& options) {
  try {
    auto plan = std::make_unique<Plan>();
    plan->models = models;
    plan->in = &in;
    plan->options = options;
    CZIP_TRY_ASSIGN(plan->file_bytes, in.size());
    const std::uint64_t limit = options.decode.memory_limit;
    const std::uint64_t max_parts =
        limit == 0 ? kMaxParts : std::min(kMaxParts, limit / kBytesPerPart);
    CompactTester tester(plan->models, in, plan->file_bytes, options.decode.simd);
    PartScanner scanner(
        in, [&tester](std::uint64_t offset) { return tester.test(offset); }, max_parts);
    CZIP_TRY_ASSIGN(auto parts, scanner.scan());
    static_cast<SalvagePlan&>(*plan) = plan_salvage(std::move(parts));
    return Salvage(std::move(plan));
  } catch (const std::bad_alloc&) {
    return no_memory();
  }
}

bool Salvage::found_text() const { return plan_->found_text; }

bool Salvage::archive() const { return of_archive(plan_->parts); }

std::uint64_t Salvage::text_bytes() const {
  std::uint64_t bytes = 0;
  for (const SalvageStep& step : plan_->steps) {
    if (step.part == kNone) continue;
    const FilePart& part = plan_->parts[step.part];
    if (part.kind == PartKind::block) bytes += part.text_end - part.text_offset;
  }
  return bytes;
}

void Salvage::skip_lost(bool skip) { plan_->options.skip_lost = skip; }

Result<SalvageReport> Salvage::decode(ByteSink& out) const {
  try {
    const Stopwatch stopwatch;
    SalvageDecoder decoder(plan_->models, *plan_->in, plan_->file_bytes, out, plan_->options,
                           *plan_);
    CZIP_TRY_ASSIGN(auto report, decoder.run());
    std::vector<FileRange> damaged = uncovered(plan_->parts, plan_->file_bytes);
    CZIP_TRY(remove_padding(*plan_->in, damaged));
    report.damaged.insert(report.damaged.end(), damaged.begin(), damaged.end());
    put_in_order(report.damaged);
    report.recovered.coding_ns = stopwatch.elapsed_ns();
    return report;
  } catch (const std::bad_alloc&) {
    return no_memory();
  }
}

}  // namespace czip::v2
