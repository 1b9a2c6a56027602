#include "czip/codec/v2/salvage.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "czip/base/little_endian.hpp"
#include "io/stopwatch.hpp"
#include "v2/container/decoding_pipeline.hpp"
#include "v2/container/hashing.hpp"
#include "v2/container/part_scanner.hpp"
#include "v2/container/record_decoder.hpp"
#include "v2/container/salvage_plan.hpp"

namespace czip::v2 {
namespace {

// Zeros in place of lost text: this many bytes for each byte of the file, more than czip's best
// ratio, and as much again as a small file may need. A hostile header may claim any length.
constexpr std::uint64_t kMaxZerosPerByte = 4096;
constexpr std::uint64_t kMinZeros = kMaxBlockBytes;

bool is_damage(const Error& error) {
  return error.code == ErrorCode::corrupt || error.code == ErrorCode::truncated ||
         error.code == ErrorCode::unsupported;
}

// Reads what decode_record needs of a good part.
Status read_record(RandomAccessSource& in, const FilePart& part, Record& record) {
  FrameReader reader{FrameInput(in)};
  if (part.kind == PartKind::compact) {
    reader.restart(part.offset);
    CZIP_TRY(reader.next(record));
    return {};
  }
  record.kind = RecordKind::block;
  record.block = part.block;
  record.offset = part.offset;
  record.end = part.end;
  FrameInput input(in);
  input.seek(part.offset + kBlockHeaderBytes);
  record.payload.clear();
  return input.append(part.block.payload_bytes, record.payload);
}

struct SalvageTask : DecodingTask {
  const SalvageStep* step = nullptr;
  bool failed = false;
};

// Called by DecodingPipeline: damage is no error here.
Status decode_record(BlockCoder& coder, SalvageTask& task) {
  Status status = v2::decode_record(coder, static_cast<DecodingTask&>(task));
  task.failed = !status && is_damage(status.error());
  return task.failed ? Status{} : status;
}

class SalvageDecoder {
 public:
  SalvageDecoder(const ModelFinder& models, RandomAccessSource& in, ByteSink& out,
                 const SalvageOptions& options, const std::vector<SalvageStep>& steps,
                 std::uint64_t zeros)
      : models_(models), in_(&in), out_(&out), options_(&options), steps_(&steps), zeros_(zeros) {}

  Result<SalvageReport> run() {
    CodingContext own_context;
    CodingContext& context =
        options_->decode.context != nullptr ? *options_->decode.context : own_context;
    DecodingPipeline<SalvageTask> pipeline(
        options_->decode, context, [this](SalvageTask& task) { return pull(task); },
        [this](SalvageTask& task) { return commit(task); });
    CZIP_TRY(pipeline.run());
    report_.recovered.threads = pipeline.threads();
    report_.recovered.text_hash = hasher_.digest();
    return std::move(report_);
  }

 private:
  Result<bool> pull(SalvageTask& task) {
    if (next_ == steps_->size()) return false;
    task.step = &(*steps_)[next_++];
    task.failed = false;
    task.model.reset();
    task.record.kind = RecordKind::frame_end;  // nothing to decode
    if (task.step->part == nullptr) return true;
    CZIP_TRY(read_record(*in_, *task.step->part, task.record));
    CZIP_TRY_ASSIGN(auto model, models_.model_for(task.record, task.step->model));
    task.model = std::move(model);
    return true;
  }

  Status commit(SalvageTask& task) {
    const SalvageStep& step = *task.step;
    const std::vector<std::uint8_t> text = std::exchange(task.text, {});
    if (step.part == nullptr) return lose(step.lost_bytes);
    if (task.failed) {
      frame_intact_ = false;
      CZIP_TRY(lose(task.record.text_bytes()));
    } else {
      CZIP_TRY(out_->write(text));
      written_ += text.size();
      text_offset_ += text.size();
      hasher_.add(text);
      frame_hasher_.add(text);
      CodingReport& report = report_.recovered;
      report.text_bytes += text.size();
      report.file_bytes += step.part->end - step.part->offset;
      ++report.blocks;
      if (task.record.stored()) ++report.stored_blocks;
    }
    if (step.part->kind == PartKind::block && step.part->block.text_offset == 0) begin_frame(text);
    if (step.frame_hash && frame_intact_ && frame_hasher_.digest() != *step.frame_hash)
      ++report_.mixed_frames;
    return report_progress(options_->decode.progress, report_.recovered.text_bytes);
  }

  // The first block of a frame has just been written.
  void begin_frame(std::span<const std::uint8_t> text) {
    frame_hasher_ = TextHasher();
    frame_hasher_.add(text);
    frame_intact_ = true;
  }

  Status lose(const std::optional<std::uint64_t>& length) {
    LostText lost{.text_offset = text_offset_, .length = length, .output_offset = written_};
    if (length) {
      text_offset_ += *length;
      lost.filled = !options_->skip_lost && *length <= zeros_;
      if (lost.filled) CZIP_TRY(write_zeros(*length));
    }
    report_.lost.push_back(lost);
    return {};
  }

  Status write_zeros(std::uint64_t count) {
    static constexpr std::array<std::uint8_t, std::size_t{64} << 10> kZeros{};
    zeros_ -= count;
    written_ += count;
    while (count > 0) {
      const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(count, kZeros.size()));
      CZIP_TRY(out_->write(std::span(kZeros).first(part)));
      count -= part;
      CZIP_TRY(report_progress(options_->decode.progress, report_.recovered.text_bytes));
    }
    return {};
  }

  ModelCache models_;
  RandomAccessSource* in_;
  ByteSink* out_;
  const SalvageOptions* options_;
  const std::vector<SalvageStep>* steps_;
  std::uint64_t zeros_;  // that may still be written
  std::size_t next_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t text_offset_ = 0;
  TextHasher hasher_;
  TextHasher frame_hasher_;
  bool frame_intact_ = true;
  SalvageReport report_;
};

// Decodes a compact frame to see whether its check holds.
class CompactTester {
 public:
  CompactTester(const ModelFinder& models, RandomAccessSource& in, SimdLevel simd)
      : models_(models), in_(&in), coder_(simd) {}

  Result<bool> test(std::uint64_t offset) {
    FrameReader reader{FrameInput(*in_)};
    reader.restart(offset);
    DecodingTask task;
    if (const auto read = reader.next(task.record); !read)
      return is_damage(read.error()) ? Result<bool>(false) : error_of(read);
    auto model = models_.model_for(task.record, reader.model_of(task.record));
    // A damaged header may name any model.
    if (!model && model.error().code == ErrorCode::model_mismatch) return false;
    CZIP_TRY(model);
    task.model = std::move(*model);
    const Status status = decode_record(coder_, task);
    if (!status && !is_damage(status.error())) return error_of(status);
    return status.has_value();
  }

 private:
  ModelCache models_;
  RandomAccessSource* in_;
  BlockCoder coder_;
};

// Leaves only the ranges that have a byte other than 0.
Result<std::vector<FileRange>> without_padding(RandomAccessSource& in,
                                               const std::vector<FileRange>& ranges) {
  std::vector<FileRange> kept;
  for (FileRange range : ranges) {
    FrameInput input(in);
    input.seek(range.begin);
    CZIP_TRY_ASSIGN(const auto zeros, input.skip_zeros());
    range.begin += std::min(zeros, range.end - range.begin);
    if (range.begin < range.end) kept.push_back(range);
  }
  return kept;
}

}  // namespace

struct Salvage::Plan {
  ModelFinder models;
  RandomAccessSource* in = nullptr;
  SalvageOptions options;
  std::uint64_t file_bytes = 0;
  std::vector<FilePart> parts;
  std::vector<SalvageStep> steps;  // refer to the parts
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
    CompactTester tester(plan->models, in, options.decode.simd);
    PartScanner scanner(
        in, [&tester](std::uint64_t offset, const CompactHeader&) { return tester.test(offset); });
    CZIP_TRY_ASSIGN(plan->parts, scanner.scan());
    plan->steps = plan_salvage(plan->parts);
    return Salvage(std::move(plan));
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory to salvage");
  }
}

bool Salvage::found_text() const {
  return std::ranges::any_of(plan_->steps,
                             [](const SalvageStep& step) { return step.part != nullptr; });
}

bool Salvage::archive() const { return of_archive(plan_->parts); }

Result<SalvageReport> Salvage::decode(ByteSink& out) const {
  try {
    const Stopwatch stopwatch;
    const std::uint64_t zeros = std::max(kMinZeros, plan_->file_bytes * kMaxZerosPerByte);
    SalvageDecoder decoder(plan_->models, *plan_->in, out, plan_->options, plan_->steps, zeros);
    CZIP_TRY_ASSIGN(auto report, decoder.run());
    CZIP_TRY_ASSIGN(auto damaged,
                    without_padding(*plan_->in, uncovered(plan_->parts, plan_->file_bytes)));
    report.damaged = std::move(damaged);
    report.recovered.coding_ns = stopwatch.elapsed_ns();
    return report;
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory to salvage");
  }
}

}  // namespace czip::v2
