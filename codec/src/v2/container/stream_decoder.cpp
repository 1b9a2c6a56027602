#include "v2/container/stream_decoder.hpp"

#include <string>
#include <utility>
#include <vector>

#include "v2/container/decoding_pipeline.hpp"

namespace czip::v2 {

StreamDecoder::StreamDecoder(const ModelFinder& finder, ByteSource& in,
                             const DecodeOptions& options, TakeBlock take)
    : models_(finder),
      reader_(FrameInput(in)),
      options_(&options),
      progress_(options.progress),
      take_(std::move(take)) {}

Status StreamDecoder::run(CodingContext& context) {
  DecodingPipeline<DecodingTask> pipeline(
      *options_, context, progress_, [this](DecodingTask& task) { return pull(task); },
      [this](DecodingTask& task) { return commit(task); });
  CZIP_TRY(pipeline.run());
  report_.threads = pipeline.threads();
  return {};
}

CodingReport StreamDecoder::report() const {
  CodingReport report = report_;
  report.frames = reader_.frames();
  report.file_bytes = reader_.offset();
  report.text_hash = whole_hasher_.digest();
  report.trailing = reader_.trailing();
  return report;
}

Result<bool> StreamDecoder::pull(DecodingTask& task) {
  Result<bool> found = reader_.next(task.record);
  task.model.reset();
  if (!found || !*found || task.record.kind == RecordKind::frame_end) return found;
  CZIP_TRY_ASSIGN(auto model, models_.model_for(task.record, reader_.model_of(task.record)));
  task.model = std::move(model);
  task.keep_tokens = keep_tokens_;
  return true;
}

Status StreamDecoder::commit(DecodingTask& task) {
  const Record& record = task.record;
  if (record.kind == RecordKind::frame_end) return finish_frame(record);
  CZIP_TRY(take_(task));
  whole_hasher_.add(task.text);
  if (record.kind == RecordKind::block) frame_hasher_.add(task.text);
  report_.text_bytes += task.text.size();
  report_.payload_bytes +=
      record.kind == RecordKind::block ? record.block.payload_bytes : record.compact.payload_bytes;
  count_block(record.stored(), record.settings(), report_);
  std::vector<std::uint8_t>().swap(task.text);
  return {};
}

Status StreamDecoder::finish_frame(const Record& record) {
  const bool same = frame_hasher_.digest() == record.trailer.text_hash;
  frame_hasher_ = TextHasher();
  if (same) return {};
  return fail(ErrorCode::corrupt, "byte " + std::to_string(record.offset) +
                                      ": the whole text does not have the hash that it had");
}

}  // namespace czip::v2
