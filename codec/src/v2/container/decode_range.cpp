#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "czip/codec/v2/codec.hpp"
#include "io/stopwatch.hpp"
#include "v2/container/decoding_pipeline.hpp"
#include "v2/container/file_index.hpp"
#include "v2/container/record_decoder.hpp"

namespace czip::v2 {
namespace {

constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();

class TextRangeDecoder {
 public:
  TextRangeDecoder(const ModelFinder& finder, RandomAccessSource& in, const FileIndex& index,
                   const TextRange& range, ByteSink& out, const DecodeOptions& options)
      : models_(finder),
        reader_(FrameInput(in)),
        index_(&index),
        begin_(range.start),
        end_(range.start + std::min(range.length, index.text_bytes - range.start)),
        out_(&out),
        options_(&options) {
    next_ = static_cast<std::size_t>(
        std::ranges::upper_bound(index.places, begin_, {}, &BlockPlace::text_offset) -
        index.places.begin());
    // next_ is the first place behind the range's start; the place before it has the start.
    if (next_ > 0) --next_;
  }

  Status run(CodingContext& context) {
    DecodingPipeline<Task> pipeline(
        *options_, context, [this](Task& task) { return pull(task); },
        [this](Task& task) { return commit(task); });
    CZIP_TRY(pipeline.run());
    report_.threads = pipeline.threads();
    return {};
  }

  [[nodiscard]] const CodingReport& report() const { return report_; }

 private:
  struct Task : DecodingTask {
    const BlockPlace* place = nullptr;
  };

  Result<bool> pull(Task& task) {
    if (begin_ == end_ || next_ == index_->places.size()) return false;
    const BlockPlace& place = index_->places[next_];
    if (place.text_offset >= end_) return false;
    ++next_;
    if (place.frame == kCompactFrame)
      reader_.restart(place.file_offset);
    else
      reader_.resume(index_->frames[place.frame], place.frame_text_offset, place.file_offset);
    Record& record = task.record;
    CZIP_TRY_ASSIGN(const auto found, reader_.next(record));
    if (!found || record.kind == RecordKind::frame_end || record.text_bytes() != place.text_bytes)
      return fail(ErrorCode::corrupt, "byte " + std::to_string(place.file_offset) +
                                          ": the seek table contradicts the block there");
    CZIP_TRY_ASSIGN(auto model, models_.model_for(record, reader_.model_of(record)));
    task.model = std::move(model);
    task.place = &place;
    return true;
  }

  Status commit(Task& task) {
    const std::vector<std::uint8_t> text = std::exchange(task.text, {});
    const std::uint64_t offset = task.place->text_offset;
    const std::uint64_t first = begin_ > offset ? begin_ - offset : 0;
    const std::uint64_t last = std::min<std::uint64_t>(text.size(), end_ - offset);
    const auto part = std::span(text).subspan(static_cast<std::size_t>(first),
                                              static_cast<std::size_t>(last - first));
    CZIP_TRY(out_->write(part));
    const Record& record = task.record;
    report_.text_bytes += part.size();
    report_.file_bytes += record.end - record.offset;
    ++report_.blocks;
    if (record.stored()) ++report_.stored_blocks;
    return report_progress(options_->progress, report_.text_bytes);
  }

  ModelCache models_;
  FrameReader reader_;
  const FileIndex* index_;
  std::uint64_t begin_;
  std::uint64_t end_;
  std::size_t next_ = 0;
  ByteSink* out_;
  const DecodeOptions* options_;
  CodingReport report_;
};

}  // namespace

Result<CodingReport> decode_range(const ModelFinder& models, RandomAccessSource& in,
                                  const TextRange& range, ByteSink& out,
                                  const DecodeOptions& options) {
  try {
    const Stopwatch stopwatch;
    CZIP_TRY_ASSIGN(
        const auto index,
        index_file(in, range.length > kNoEnd - range.start ? kNoEnd : range.start + range.length));
    if (range.start > index.text_bytes)
      return fail(ErrorCode::invalid_argument, "has only " + std::to_string(index.text_bytes) +
                                                   " bytes of text, but the range starts at " +
                                                   std::to_string(range.start));
    TextRangeDecoder decoder(models, in, index, range, out, options);
    CodingContext own_context;
    CZIP_TRY(decoder.run(options.context != nullptr ? *options.context : own_context));
    CodingReport report = decoder.report();
    report.trailing = index.trailing;
    report.damaged_elsewhere = index.damaged;
    report.coding_ns = stopwatch.elapsed_ns();
    return report;
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory to decode");
  }
}

}  // namespace czip::v2
