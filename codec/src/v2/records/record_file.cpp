#include "czip/codec/v2/record_file.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "v2/container/frame_reader.hpp"
#include "v2/records/record_index.hpp"
#include "v2/records/record_scanner.hpp"

namespace czip::v2 {
namespace {

tl::unexpected<Error> disagrees() {
  return fail(ErrorCode::corrupt, "the text is not as the index of records says");
}

// A part of a file.
class FilePart final : public ByteSource {
 public:
  FilePart(RandomAccessSource& file, std::uint64_t begin, std::uint64_t end)
      : file_(&file), at_(begin), end_(end) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), end_ - at_));
    if (part == 0) return 0;
    CZIP_TRY_ASSIGN(const auto count, file_->read_at(at_, buffer.first(part)));
    at_ += count;
    return count;
  }

 private:
  RandomAccessSource* file_;
  std::uint64_t at_;
  std::uint64_t end_;
};

// Passes some records on.
class RecordSelector final : public ByteSink {
 public:
  // Skips the text up to the `skip`-th separator, and takes that up to the `take`-th behind it.
  RecordSelector(ByteSink& out, RecordScanner scanner, std::uint64_t skip, std::uint64_t take)
      : out_(&out), scanner_(scanner), skip_(skip), take_(take) {}

  Status write(std::span<const std::uint8_t> bytes) override {
    while (!bytes.empty() && take_ > 0) {
      const auto end = scanner_.find_end(bytes);
      const std::size_t count = end.value_or(bytes.size());
      if (skip_ == 0) {
        CZIP_TRY(out_->write(bytes.first(count)));
        written_ += count;
      }
      bytes = bytes.subspan(count);
      if (!end) continue;
      --(skip_ > 0 ? skip_ : take_);
    }
    return {};
  }

  [[nodiscard]] std::uint64_t left() const { return skip_ + take_; }
  [[nodiscard]] std::uint64_t written() const { return written_; }

 private:
  ByteSink* out_;
  RecordScanner scanner_;
  std::uint64_t skip_;
  std::uint64_t take_;
  std::uint64_t written_ = 0;
};

// Counts the records that end up to given places of a text.
class RecordCounter final : public ByteSink {
 public:
  struct Place {
    std::uint64_t text_end = 0;
    std::uint64_t ended = 0;  // up to here
    RecordState state{};      // here
  };
  RecordCounter(RecordSeparation separation, std::vector<Place> places)
      : scanner_(separation), places_(std::move(places)) {}

  Status write(std::span<const std::uint8_t> bytes) override {
    while (!bytes.empty()) {
      if (next_ == places_.size()) return disagrees();
      const auto part = static_cast<std::size_t>(
          std::min<std::uint64_t>(bytes.size(), places_[next_].text_end - offset_));
      count(bytes.first(part));
      offset_ += part;
      bytes = bytes.subspan(part);
      CZIP_TRY(check_places());
    }
    return {};
  }

  // Checks the places that were reached.
  Status check_places() {
    for (; next_ < places_.size() && places_[next_].text_end == offset_; ++next_)
      if (places_[next_].ended != ended_ || places_[next_].state != state()) return disagrees();
    return {};
  }
  [[nodiscard]] bool complete() const { return next_ == places_.size(); }

 private:
  [[nodiscard]] RecordState state() const {
    if (!inside_) return RecordState::begin;
    return scanner_.quoted() ? RecordState::quoted : RecordState::inside;
  }

  void count(std::span<const std::uint8_t> text) {
    while (!text.empty()) {
      const auto end = scanner_.find_end(text);
      inside_ = !end;
      if (!end) return;
      ++ended_;
      text = text.subspan(*end);
    }
  }

  RecordScanner scanner_;
  std::vector<Place> places_;
  std::size_t next_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t ended_ = 0;
  bool inside_ = false;
};

// Where hidden data or garbage begin, behind the frames; nullopt: nowhere.
Result<std::optional<std::uint64_t>> end_of_frames(RandomAccessSource& in) {
  CZIP_TRY_ASSIGN(const FileInfo info, inspect(in));
  return info.trailing.hidden_offset ? info.trailing.hidden_offset : info.trailing.garbage_offset;
}

}  // namespace

// Finds the indexes from the last one to the first.
class RecordFileOpener {
 public:
  explicit RecordFileOpener(RandomAccessSource& in) : in_(&in) {}

  Result<RecordFile> open() {
    CZIP_TRY_ASSIGN(file_.file_end_, in_->size());
    std::uint64_t begin = file_.file_end_;
    do {
      CZIP_TRY_ASSIGN(const auto place, find_attachment(*in_, kRecordAttachment, begin));
      if (place) {
        CZIP_TRY_ASSIGN(begin, add(*place));
      } else {
        CZIP_TRY_ASSIGN(begin, leave_out_hidden(begin));
      }
    } while (begin > 0);
    CZIP_TRY(join());
    return std::move(file_);
  }

 private:
  struct Part {
    std::uint64_t begin = 0;
    RecordIndex index;
  };

  // Returns where the frames of an index begin.
  Result<std::uint64_t> add(const AttachmentPlace& place) {
    CZIP_TRY_ASSIGN(const auto content, read_attachment(*in_, place));
    CZIP_TRY_ASSIGN(auto index, parse_record_index(content));
    std::uint64_t begin = place.begin;
    for (const RecordIndex::Frame& frame : index.frames) {
      if (frame.bytes > begin) return disagrees();
      begin -= frame.bytes;
    }
    parts_.push_back({begin, std::move(index)});
    return begin;
  }

  // An interrupted writer may have left data without an index, or with one. Returns where they
  // begin.
  Result<std::uint64_t> leave_out_hidden(std::uint64_t begin) {
    if (!searched_) {
      searched_ = true;
      const auto end = end_of_frames(*in_);
      if (end && *end && **end < file_.file_end_) {
        parts_.clear();
        return file_.file_end_ = **end;
      }
    }
    if (parts_.empty())
      return fail(ErrorCode::unsupported,
                  "has no index of records, or a damaged one; its text may be whole (czip -d)");
    return fail(ErrorCode::corrupt, "has no index of records for what stands before byte " +
                                        std::to_string(begin) +
                                        ", or a damaged one; its text may be whole (czip -d)");
  }

  // Makes one index of all, the first of which was found last.
  Status join() {
    std::uint64_t ended = 0;
    auto state = RecordState::begin;
    file_.separation_ = parts_.back().index.separation;
    for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) {
      if (part->index.separation != file_.separation_ || part->index.frames[0].state != state)
        return fail(ErrorCode::corrupt, "has indexes of records that do not belong together");
      std::uint64_t offset = part->begin;
      for (const RecordIndex::Frame& frame : part->index.frames) {
        file_.frames_.push_back({.offset = offset,
                                 .bytes = frame.bytes,
                                 .ended_before = ended,
                                 .ended = frame.ended,
                                 .state = static_cast<std::uint8_t>(frame.state)});
        offset += frame.bytes;
        if (frame.ended > kMostRecords - ended) return disagrees();
        ended += frame.ended;
      }
      state = part->index.end;
    }
    file_.end_ = {.open = state != RecordState::begin, .quoted = state == RecordState::quoted};
    file_.records_ = ended + (file_.end_.open ? 1 : 0);
    return {};
  }

  static constexpr std::uint64_t kMostRecords = std::uint64_t{1} << 62;

  RandomAccessSource* in_;
  RecordFile file_;
  std::vector<Part> parts_;
  bool searched_ = false;
};

Result<RecordFile> RecordFile::open(RandomAccessSource& in) {
  try {
    return RecordFileOpener(in).open();
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory for the index of records");
  }
}

RecordFile::Start RecordFile::find_start(std::uint64_t ended) const {
  const auto at = std::ranges::lower_bound(frames_, ended, {}, &Frame::ended_before);
  const auto index = static_cast<std::size_t>(at - frames_.begin());
  if (at != frames_.end() && at->ended_before == ended &&
      at->state == static_cast<std::uint8_t>(RecordState::begin))
    return {.frame = index, .skip = 0};
  // It begins within the frame before, of which the first always begins a record.
  return {.frame = index - 1, .skip = ended - frames_[index - 1].ended_before};
}

Result<CodingReport> RecordFile::read(const ModelFinder& models, RandomAccessSource& in,
                                      std::uint64_t first, std::uint64_t last, ByteSink& out,
                                      const DecodeOptions& options) const {
  if (first < 1 || last < first || last > records_)
    return fail(ErrorCode::invalid_argument,
                "has " + std::to_string(records_) + (records_ == 1 ? " record" : " records") +
                    "; there is none of number " +
                    std::to_string(first < 1 || first > records_ ? first : last));
  const Start start = find_start(first - 1);
  // Behind the last one that ends, an open record reaches to the end.
  const bool to_end = end_.open && last == records_;
  const auto end = std::ranges::find_if(
      frames_.begin() + static_cast<std::ptrdiff_t>(start.frame), frames_.end(),
      [&](const Frame& frame) { return !to_end && frame.ended_before + frame.ended >= last; });
  const Frame& last_frame = end == frames_.end() ? frames_.back() : *end;
  const Frame& first_frame = frames_[start.frame];
  const bool quoted = first_frame.state == static_cast<std::uint8_t>(RecordState::quoted);
  RecordSelector selector(out, RecordScanner(separation_, quoted), start.skip, last - first + 1);
  FilePart part(in, first_frame.offset, last_frame.offset + last_frame.bytes);
  CZIP_TRY_ASSIGN(CodingReport report, decode(models, part, selector, options));
  if (report.trailing.garbage_offset || selector.left() != (to_end ? 1 : 0)) return disagrees();
  report.text_bytes = selector.written();
  report.text_hash = {};
  return report;
}

Status RecordFile::check(const ModelFinder& models, RandomAccessSource& in,
                         const DecodeOptions& options) const {
  std::vector<RecordCounter::Place> places;
  std::uint64_t text = 0;
  std::size_t next = 0;
  FilePart known(in, 0, file_end_);
  CZIP_TRY(inspect(in, [&](const FrameInfo& frame) -> Status {
    if (next == frames_.size() || frames_[next].offset != frame.file_offset ||
        frames_[next].bytes != frame.file_bytes)
      return disagrees();
    places.push_back(
        {text, frames_[next].ended_before, static_cast<RecordState>(frames_[next].state)});
    text += frame.text_bytes;
    ++next;
    return {};
  }));
  if (next != frames_.size()) return disagrees();
  const auto state = !end_.open    ? RecordState::begin
                     : end_.quoted ? RecordState::quoted
                                   : RecordState::inside;
  places.push_back({text, records_ - (end_.open ? 1 : 0), state});
  RecordCounter counter(separation_, std::move(places));
  CZIP_TRY(counter.check_places());
  CZIP_TRY(decode(models, known, counter, options));
  return counter.complete() ? Status() : disagrees();
}

}  // namespace czip::v2
