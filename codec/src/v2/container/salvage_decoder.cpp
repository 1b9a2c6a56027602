#include "v2/container/salvage_decoder.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "v2/container/decoding_pipeline.hpp"
#include "v2/container/frame_reader.hpp"

namespace czip::v2 {
namespace {

// Models that are searched for in vain.
constexpr std::uint64_t kMaxMissing = 64;

// A hostile file may hold many small blocks that each take long to decode, to a wrong text. Honest
// damage is seen before; of honest blocks with a model that was guessed wrong, the payloads end
// soon. After so much text, and this many times the file's size, no coded block is tried again.
constexpr std::uint64_t kMaxFailedFactor = 4;

// Zeros that are written between two reports of progress.
constexpr std::uint64_t kZerosStep = kMaxBlockBytes;

}  // namespace

Status decode_record(BlockCoder& coder, SalvageTask& task, const PassReport& report) {
  Status status = v2::decode_record(coder, static_cast<DecodingTask&>(task), report);
  if (status || !is_damage(status.error())) return status;
  task.failed = true;
  return {};
}

SalvageDecoder::SalvageDecoder(const ModelFinder& models, RandomAccessSource& in,
                               std::uint64_t file_bytes, ByteSink& out,
                               const SalvageOptions& options, const SalvagePlan& plan)
    : models_(models, kMaxMissing),
      in_(&in),
      out_(&out),
      options_(&options),
      plan_(&plan),
      progress_(options.decode.progress),
      zeros_(options.max_zeros.value_or(usual_zeros(file_bytes))),
      max_failed_(kMaxBlockBytes + kMaxFailedFactor * file_bytes) {}

Result<SalvageReport> SalvageDecoder::run() {
  CodingContext own_context;
  CodingContext& context =
      options_->decode.context != nullptr ? *options_->decode.context : own_context;
  DecodingPipeline<SalvageTask> pipeline(
      options_->decode, context, progress_, [this](SalvageTask& task) { return pull(task); },
      [this](SalvageTask& task) { return commit(task); });
  CZIP_TRY(pipeline.run());
  report_.recovered.threads = pipeline.threads();
  report_.recovered.text_hash = hasher_.digest();
  report_.missing_models = models_.missing();
  if (report_.recovered.blocks == 0) {
    if (!report_.missing_models.empty()) return tl::unexpected(report_.missing_models.front());
    for (LostText& lost : report_.lost) {
      lost.filled = false;
      lost.output_offset = 0;
    }
  } else {
    CZIP_TRY(write_zeros());
  }
  return std::move(report_);
}

Result<bool> SalvageDecoder::pull(SalvageTask& task) {
  if (next_ == plan_->steps.size()) return false;
  task.step = &plan_->steps[next_];
  task.missing = task.failed = false;
  task.text_bytes = 0;
  task.model.reset();
  task.record.payload.clear();
  if (task.step->part == kNone) {
    task.record.kind = RecordKind::frame_end;  // nothing to decode
    ++next_;
    return true;
  }
  const FilePart& part = plan_->parts[task.step->part];
  if (part.kind == PartKind::compact) {
    CZIP_TRY(read_compact(task, part));
  } else {
    CZIP_TRY(read_block(task, part));
    ++next_;
  }
  task.text_bytes = task.record.text_bytes();
  if (task.record.coded() && (task.missing || give_up_)) task.failed = true;
  if (task.failed) task.record.kind = RecordKind::frame_end;
  return true;
}

Status SalvageDecoder::read_block(SalvageTask& task, const FilePart& part) {
  Record& record = task.record;
  std::vector<std::uint8_t> header;
  FrameInput input(*in_);
  input.seek(part.offset);
  CZIP_TRY(input.append(kBlockHeaderBytes, header));
  if (header.size() != kBlockHeaderBytes)
    return fail(ErrorCode::io, "became shorter while it was read");
  CZIP_TRY_ASSIGN(record.block, parse_block_header(std::span(header).first<kBlockHeaderBytes>()));
  CZIP_TRY(input.append(record.block.payload_bytes, record.payload));
  record.kind = RecordKind::block;
  record.offset = part.offset;
  record.end = part.end;
  if (!record.coded()) return {};
  CZIP_TRY_ASSIGN(const auto reference, model_of(task.step->frame));
  return find_model(task, reference);
}

Status SalvageDecoder::read_compact(SalvageTask& task, const FilePart& part) {
  FrameReader reader{FrameInput(*in_)};
  reader.restart(std::max(part.offset, compact_offset_));
  CZIP_TRY(reader.next(task.record));
  compact_offset_ = task.record.end;
  if (compact_offset_ >= part.end) {
    compact_offset_ = 0;
    ++next_;
  }
  return task.record.coded() ? find_model(task, reader.model_of(task.record)) : Status{};
}

Status SalvageDecoder::find_model(SalvageTask& task, const ModelReference& reference) {
  CZIP_TRY_ASSIGN(auto model, models_.find(reference));
  task.missing = !model.has_value();
  task.model = std::move(model);
  return {};
}

Result<ModelReference> SalvageDecoder::model_of(std::uint32_t frame) {
  if (frame == read_frame_) return read_model_;
  const PlannedFrame& parts = plan_->frames[frame];
  ModelReference model;
  if (parts.header != kNone) {
    model.known = kHashBytes;
    CZIP_TRY(read_at(plan_->parts[parts.header].offset + FrameHeaderLayout::kModel,
                     std::span(model.hash)));
  } else if (parts.trailer != kNone) {
    model.known = kModelPrefixBytes;
    CZIP_TRY(read_at(plan_->parts[parts.trailer].end - kFooterBytes + FooterLayout::kModel,
                     std::span(model.hash).first<kModelPrefixBytes>()));
  }
  read_frame_ = frame;
  return read_model_ = model;
}

Status SalvageDecoder::commit(SalvageTask& task) {
  const SalvageStep& step = *task.step;
  const std::vector<std::uint8_t> text = std::exchange(task.text, {});
  if (step.frame != frame_) begin_frame(step.frame);
  if (step.part == kNone)
    return lose(step.length_known ? std::optional(step.lost_bytes) : std::nullopt);
  // What later blocks give must not depend on the number of threads, which decode ahead.
  const bool failed = task.failed || (give_up_ && task.model);
  if (failed) {
    frame_intact_ = false;
    if (!task.missing) report_.damaged.push_back({task.record.offset, task.record.end});
    if (!task.missing && task.model) failed_ += task.text_bytes;
    if (failed_ > max_failed_) give_up_ = true;
    CZIP_TRY(lose(task.text_bytes));
  } else {
    CZIP_TRY(give(task, text));
  }
  if (step.ends_frame && frame_intact_) CZIP_TRY(end_frame(plan_->frames[step.frame]));
  return {};
}

Status SalvageDecoder::give(const SalvageTask& task, const std::vector<std::uint8_t>& text) {
  CZIP_TRY(write_zeros());
  CZIP_TRY(out_->write(text));
  written_ += text.size();
  text_offset_ += text.size();
  hasher_.add(text);
  frame_hasher_.add(text);
  CodingReport& report = report_.recovered;
  report.text_bytes += text.size();
  report.file_bytes += task.record.end - task.record.offset;
  count_block(task.record.stored(), task.record.settings(), report);
  return {};
}

void SalvageDecoder::begin_frame(std::uint32_t frame) {
  frame_ = frame;
  frame_hasher_ = TextHasher();
  frame_intact_ = true;
}

Status SalvageDecoder::end_frame(const PlannedFrame& frame) {
  std::array<std::uint8_t, kHashBytes> hash{};
  CZIP_TRY(read_at(plan_->parts[frame.trailer].end - kFooterBytes + FooterLayout::kTextHash,
                   std::span(hash)));
  if (frame_hasher_.digest() != hash_from_bytes(hash)) ++report_.mixed_frames;
  return {};
}

Status SalvageDecoder::read_at(std::uint64_t offset, std::span<std::uint8_t> bytes) {
  FrameInput input(*in_);
  input.seek(offset);
  CZIP_TRY_ASSIGN(const auto got, input.read(bytes));
  return got == bytes.size() ? Status{} : fail(ErrorCode::io, "became shorter while it was read");
}

Status SalvageDecoder::lose(std::optional<std::uint64_t> length) {
  LostText lost{.text_offset = text_offset_, .length = length, .output_offset = written_};
  if (length) {
    text_offset_ += *length;
    lost.filled = !options_->skip_lost && *length <= zeros_;
    if (lost.filled) {
      zeros_ -= *length;
      written_ += *length;
      due_zeros_ += *length;
    }
  }
  std::vector<LostText>& all = report_.lost;
  // Neighbours are told together.
  if (!all.empty() && all.back().length && length && all.back().filled == lost.filled &&
      all.back().text_offset + *all.back().length == lost.text_offset) {
    *all.back().length += *length;
    return {};
  }
  const bool told =
      !all.empty() && !all.back().length && !length && all.back().text_offset == lost.text_offset;
  if (!told) all.push_back(lost);
  return {};
}

Status SalvageDecoder::write_zeros() {
  while (due_zeros_ > 0) {
    const std::uint64_t part = std::min(due_zeros_, kZerosStep);
    CZIP_TRY(out_->write_zeros(part));
    due_zeros_ -= part;
    CZIP_TRY(progress_.add(0));
  }
  return {};
}

}  // namespace czip::v2
