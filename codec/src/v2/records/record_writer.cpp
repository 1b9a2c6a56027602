#include <algorithm>
#include <array>
#include <new>
#include <string>
#include <utility>

#include "czip/codec/v2/record_file.hpp"
#include "v2/container/hashing.hpp"
#include "v2/records/record_index.hpp"
#include "v2/records/record_scanner.hpp"

namespace czip::v2 {
namespace {

// Text that is read at a time.
constexpr std::size_t kReadBytes = std::size_t{64} << 10;
// Text in the frames of a record that is longer.
constexpr std::size_t kRecordPiece = std::size_t{1} << 20;

void add(CodingReport& sum, const CodingReport& frame) {
  sum.text_bytes += frame.text_bytes;
  sum.file_bytes += frame.file_bytes;
  sum.frames += frame.frames;
  sum.blocks += frame.blocks;
  sum.stored_blocks += frame.stored_blocks;
  sum.language_model_blocks += frame.language_model_blocks;
  sum.payload_bytes += frame.payload_bytes;
  sum.threads = std::max(sum.threads, frame.threads);
  sum.coding_ns += frame.coding_ns;
}

// Gathers records to frames.
class RecordWriter {
 public:
  RecordWriter(const Model& model, ByteSink& out, const RecordFileOptions& options,
               RecordState begins)
      : model_(&model),
        out_(&out),
        options_(&options),
        scanner_(options.separation, begins == RecordState::quoted),
        state_(begins),
        encoding_(options.encoding) {
    index_.separation = options.separation;
    if (encoding_.context == nullptr) encoding_.context = &context_;
    if (encoding_.progress)
      encoding_.progress = [this](std::uint64_t text_bytes) {
        return options_->encoding.progress(report_.coding.text_bytes + text_bytes);
      };
  }

  Status add_text(std::span<const std::uint8_t> text) {
    while (!text.empty()) {
      const auto end = scanner_.find_end(text);
      const std::size_t bytes = end.value_or(text.size());
      record_.insert(record_.end(), text.begin(),
                     text.begin() + static_cast<std::ptrdiff_t>(bytes));
      text = text.subspan(bytes);
      if (end) {
        CZIP_TRY(end_record());
      } else if (record_.size() >= kRecordPiece) {
        CZIP_TRY(write_piece());
      }
    }
    return {};
  }

  // Writes what is left, and the index.
  Result<RecordFileReport> finish() {
    const bool open = !record_.empty() || state_ != RecordState::begin;
    CZIP_TRY(make_room(record_.size()));
    append(frame_, record_);
    if (!frame_.empty() || index_.frames.empty()) CZIP_TRY(write_frame());
    index_.end = !open               ? RecordState::begin
                 : scanner_.quoted() ? RecordState::quoted
                                     : RecordState::inside;
    if (open) ++report_.records;
    report_.end = {.open = open, .quoted = scanner_.quoted()};
    CZIP_TRY_ASSIGN(const auto bytes,
                    write_attachment(kRecordAttachment, serialize(index_), *out_));
    report_.coding.file_bytes += bytes;
    report_.coding.text_hash = hasher_.digest();
    return std::move(report_);
  }

 private:
  static void append(std::vector<std::uint8_t>& to, std::vector<std::uint8_t>& from) {
    to.insert(to.end(), from.begin(), from.end());
    from.clear();
  }

  // Writes the frame if that many bytes more are too many for it.
  Status make_room(std::size_t bytes) {
    if (frame_.empty() || frame_.size() + bytes <= options_->frame_text) return {};
    return write_frame();
  }

  Status end_record() {
    const bool continued = frame_.empty() && state_ != RecordState::begin;
    if (!continued) CZIP_TRY(make_room(record_.size()));
    append(frame_, record_);
    ++ended_;
    ++report_.records;
    // The end of a long record is in a frame of its own, so that the next one begins a frame.
    return continued ? write_frame() : Status();
  }

  // Writes a part of a record.
  Status write_piece() {
    if (!frame_.empty()) CZIP_TRY(write_frame());
    append(frame_, record_);
    CZIP_TRY(write_frame());
    state_ = scanner_.quoted() ? RecordState::quoted : RecordState::inside;
    return {};
  }

  Status write_frame() {
    CZIP_TRY_ASSIGN(const CodingReport coded, encode(*model_, frame_, *out_, encoding_));
    hasher_.add(frame_);
    add(report_.coding, coded);
    index_.frames.push_back(
        {.ended = std::exchange(ended_, 0), .bytes = coded.file_bytes, .state = state_});
    state_ = RecordState::begin;
    frame_.clear();
    return {};
  }

  const Model* model_;
  ByteSink* out_;
  const RecordFileOptions* options_;
  RecordScanner scanner_;
  RecordState state_;  // at the beginning of the next frame
  EncodeOptions encoding_;
  CodingContext context_;
  RecordIndex index_;
  TextHasher hasher_;
  RecordFileReport report_;
  std::vector<std::uint8_t> frame_;   // whole records
  std::vector<std::uint8_t> record_;  // the one that is not whole yet
  std::uint64_t ended_ = 0;           // in frame_
};

}  // namespace

Result<RecordFileReport> write_records(const Model& model, ByteSource& text, ByteSink& out,
                                       const RecordFileOptions& options,
                                       const RecordFileEnd& before) {
  if (options.frame_text < kMinRecordFrame || options.frame_text > kMaxRecordFrame)
    return fail(ErrorCode::invalid_argument, "frames of " + std::to_string(options.frame_text) +
                                                 " bytes of records are not possible");
  if (before.open && before.quoted)
    return fail(ErrorCode::invalid_argument,
                "the last row is open between quotes, and nothing can be appended to it");
  try {
    RecordWriter writer(model, out, options,
                        before.open ? RecordState::inside : RecordState::begin);
    if (before.open) CZIP_TRY(writer.add_text(std::array{separator_byte(options.separation)}));
    std::vector<std::uint8_t> buffer(kReadBytes);
    for (;;) {
      CZIP_TRY_ASSIGN(const std::size_t count, text.read(buffer));
      if (count == 0) break;
      CZIP_TRY(writer.add_text(std::span(buffer).first(count)));
    }
    CZIP_TRY_ASSIGN(auto report, writer.finish());
    // The record that was open is none of these.
    if (before.open) --report.records;
    return report;
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory for records");
  }
}

}  // namespace czip::v2
