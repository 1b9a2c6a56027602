#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "czip/codec/io/progress_sum.hpp"
#include "czip/codec/v2/codec.hpp"
#include "io/stopwatch.hpp"
#include "v2/container/decoding_pipeline.hpp"
#include "v2/container/file_index.hpp"
#include "v2/container/record_decoder.hpp"

namespace czip::v2 {
namespace {

// A part of the text, from `begin` to before `end`.
struct Span {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// The parts that `ranges` name. Error: invalid_argument.
Result<std::vector<Span>> spans_of(std::span<const TextRange> ranges) {
  constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();
  std::vector<Span> spans;
  for (const TextRange& range : ranges) {
    if (!spans.empty() && range.start < spans.back().end)
      return fail(ErrorCode::invalid_argument, "ranges of text must ascend and not overlap");
    spans.push_back(
        {range.start, range.length > kNoEnd - range.start ? kNoEnd : range.start + range.length});
  }
  return spans;
}

// Decodes each block that has a part of a span, once.
class TextRangeDecoder {
 public:
  TextRangeDecoder(const ModelFinder& finder, RandomAccessSource& in, const FileIndex& index,
                   std::span<const Span> spans, ByteSink& out, const DecodeOptions& options)
      : models_(finder),
        reader_(FrameInput(in)),
        index_(&index),
        wanted_(spans),
        unwritten_(spans),
        out_(&out),
        options_(&options),
        progress_(options.progress) {}

  Status run(CodingContext& context) {
    DecodingPipeline<Task> pipeline(
        *options_, context, progress_, [this](Task& task) { return pull(task); },
        [this](Task& task) { return commit(task); });
    CZIP_TRY(pipeline.run());
    report_.threads = pipeline.threads();
    return {};
  }

  [[nodiscard]] const CodingReport& report() const { return report_; }

 private:
  struct Task : DecodingTask {
    const BlockPlace* place = nullptr;
    std::uint64_t wanted_bytes = 0;  // of its text

    [[nodiscard]] std::uint64_t counted_bytes() const { return wanted_bytes; }
  };

  // Bytes of the place's text that are in the spans.
  [[nodiscard]] std::uint64_t wanted_bytes(const BlockPlace& place) const {
    const std::uint64_t end = place.text_offset + place.text_bytes;
    std::uint64_t bytes = 0;
    for (const Span& span : wanted_) {
      if (span.begin >= end) break;
      const std::uint64_t first = std::max(span.begin, place.text_offset);
      bytes += std::max(first, std::min(span.end, end)) - first;
    }
    return bytes;
  }

  // The next block that has a part of a span; null if there is none.
  const BlockPlace* next_place() {
    for (; !wanted_.empty(); wanted_ = wanted_.subspan(1)) {
      const Span& span = wanted_.front();
      const auto behind =
          std::ranges::upper_bound(index_->places, span.begin, {}, &BlockPlace::text_offset);
      // The place before the first one behind the span's start has the start.
      const auto first = static_cast<std::size_t>(behind - index_->places.begin());
      next_ = std::max(next_, first > 0 ? first - 1 : 0);
      if (next_ < index_->places.size() && span.begin != span.end &&
          index_->places[next_].text_offset < span.end)
        return &index_->places[next_++];
    }
    return nullptr;
  }

  Result<bool> pull(Task& task) {
    const BlockPlace* const found_place = next_place();
    if (found_place == nullptr) return false;
    const BlockPlace& place = *found_place;
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
    task.wanted_bytes = wanted_bytes(place);
    return true;
  }

  Status commit(Task& task) {
    const std::vector<std::uint8_t> text = std::exchange(task.text, {});
    const std::uint64_t offset = task.place->text_offset;
    const std::uint64_t end = offset + text.size();
    while (!unwritten_.empty()) {
      const Span& span = unwritten_.front();
      const std::uint64_t first = std::max(span.begin, offset);
      const std::uint64_t last = std::min(span.end, end);
      if (first < last) {
        const auto part = std::span(text).subspan(static_cast<std::size_t>(first - offset),
                                                  static_cast<std::size_t>(last - first));
        CZIP_TRY(out_->write(part));
        report_.text_bytes += part.size();
      }
      if (span.end > end) break;
      unwritten_ = unwritten_.subspan(1);
    }
    const Record& record = task.record;
    report_.file_bytes += record.end - record.offset;
    count_block(record.stored(), record.settings(), report_);
    return {};
  }

  ModelCache models_;
  FrameReader reader_;
  const FileIndex* index_;
  std::span<const Span> wanted_;     // of which not every block has been read
  std::span<const Span> unwritten_;  // of which not everything has been written
  std::size_t next_ = 0;             // the first place that may still be read
  ByteSink* out_;
  const DecodeOptions* options_;
  ProgressSum progress_;
  CodingReport report_;
};

}  // namespace

Result<CodingReport> decode_ranges(const ModelFinder& models, RandomAccessSource& in,
                                   std::span<const TextRange> ranges, ByteSink& out,
                                   const DecodeOptions& options) {
  try {
    const Stopwatch stopwatch;
    CZIP_TRY_ASSIGN(const auto spans, spans_of(ranges));
    CZIP_TRY_ASSIGN(const auto index, index_file(in, spans.empty() ? 0 : spans.back().end));
    for (const Span& span : spans)
      if (span.begin > index.text_bytes)
        return fail(ErrorCode::invalid_argument, "has only " + std::to_string(index.text_bytes) +
                                                     " bytes of text, but the range starts at " +
                                                     std::to_string(span.begin));
    TextRangeDecoder decoder(models, in, index, spans, out, options);
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

Result<CodingReport> decode_range(const ModelFinder& models, RandomAccessSource& in,
                                  const TextRange& range, ByteSink& out,
                                  const DecodeOptions& options) {
  return decode_ranges(models, in, std::span(&range, 1), out, options);
}

}  // namespace czip::v2
