#include <cstdint>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "czip/codec/v2/codec.hpp"
#include "io/stopwatch.hpp"
#include "v2/container/decoding_pipeline.hpp"
#include "v2/container/frame_reader.hpp"
#include "v2/container/hashing.hpp"
#include "v2/container/record_decoder.hpp"

namespace czip::v2 {
namespace {

// Owns what the pipeline's stages share.
class StreamDecoder {
 public:
  StreamDecoder(const ModelFinder& finder, ByteSource& in, ByteSink& out,
                const DecodeOptions& options)
      : models_(finder), reader_(FrameInput(in)), out_(&out), options_(&options) {}

  Status run(CodingContext& context) {
    DecodingPipeline<DecodingTask> pipeline(
        *options_, context, [this](DecodingTask& task) { return pull(task); },
        [this](DecodingTask& task) { return commit(task); });
    CZIP_TRY(pipeline.run());
    report_.threads = pipeline.threads();
    return {};
  }

  [[nodiscard]] CodingReport report() const {
    CodingReport report = report_;
    report.frames = reader_.frames();
    report.file_bytes = reader_.offset();
    report.text_hash = whole_hasher_.digest();
    report.trailing = reader_.trailing();
    return report;
  }

 private:
  Result<bool> pull(DecodingTask& task) {
    Result<bool> found = reader_.next(task.record);
    task.model.reset();
    if (!found || !*found || task.record.kind == RecordKind::frame_end) return found;
    CZIP_TRY_ASSIGN(auto model, models_.model_for(task.record, reader_.model_of(task.record)));
    task.model = std::move(model);
    return true;
  }

  Status commit(DecodingTask& task) {
    const Record& record = task.record;
    if (record.kind == RecordKind::frame_end) return finish_frame(record);
    CZIP_TRY(out_->write(task.text));
    whole_hasher_.add(task.text);
    if (record.kind == RecordKind::block) frame_hasher_.add(task.text);
    report_.text_bytes += task.text.size();
    report_.payload_bytes += record.kind == RecordKind::block ? record.block.payload_bytes
                                                              : record.compact.payload_bytes;
    ++report_.blocks;
    if (record.stored()) ++report_.stored_blocks;
    std::vector<std::uint8_t>().swap(task.text);
    return report_progress(options_->progress, report_.text_bytes);
  }

  Status finish_frame(const Record& record) {
    const bool same = frame_hasher_.digest() == record.trailer.text_hash;
    frame_hasher_ = TextHasher();
    if (same) return {};
    return fail(ErrorCode::corrupt, "byte " + std::to_string(record.offset) +
                                        ": the whole text does not have the hash that it had");
  }

  ModelCache models_;
  FrameReader reader_;
  ByteSink* out_;
  const DecodeOptions* options_;
  TextHasher frame_hasher_;
  TextHasher whole_hasher_;
  CodingReport report_;
};

}  // namespace

Result<CodingReport> decode(const ModelFinder& models, ByteSource& in, ByteSink& out,
                            const DecodeOptions& options) {
  try {
    const Stopwatch stopwatch;
    StreamDecoder decoder(models, in, out, options);
    CodingContext own_context;
    CZIP_TRY(decoder.run(options.context != nullptr ? *options.context : own_context));
    CodingReport report = decoder.report();
    report.coding_ns = stopwatch.elapsed_ns();
    return report;
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory to decode");
  }
}

Result<CodingReport> decode(const Model& model, ByteSource& in, ByteSink& out,
                            const DecodeOptions& options) {
  return decode([&model](const ModelReference& wanted) { return matching_model(model, wanted); },
                in, out, options);
}

}  // namespace czip::v2
