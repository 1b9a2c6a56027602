// Record files: CZIPv2 files of many short records, of which each is found and decoded in about the
// time that one small frame takes. An index behind the frames tells how many records end in each;
// decoders that do not know it give the whole text. Format: conformance/czip-v2-records.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/model.hpp"

namespace czip::v2 {

// What ends a record, which has it as its last byte.
enum class RecordSeparation : std::uint8_t {
  lines = 1,  // a newline
  nul = 2,    // a zero byte
  jsonl = 3,  // a newline, for JSON has none within a row; that rows are JSON is not checked
  csv = 4,    // a newline that is not between quotes
};
[[nodiscard]] std::string_view record_separation_name(RecordSeparation separation);
[[nodiscard]] std::optional<RecordSeparation> parse_record_separation(std::string_view name);

// The first record of a text that is not empty, in bytes with its separator if it has one; and that
// record without it.
[[nodiscard]] std::size_t record_size(std::span<const std::uint8_t> text,
                                      RecordSeparation separation);
[[nodiscard]] std::span<const std::uint8_t> without_separator(std::span<const std::uint8_t> record,
                                                              RecordSeparation separation);

// Text in a frame, unless one record has more: more give smaller files, fewer quicker access.
inline constexpr std::uint32_t kMinRecordFrame = 64;
inline constexpr std::uint32_t kMaxRecordFrame = 65535;
inline constexpr std::uint32_t kDefaultRecordFrame = 4096;

struct RecordFileOptions {
  RecordSeparation separation = RecordSeparation::lines;
  std::uint32_t frame_text = kDefaultRecordFrame;
  // Its text_bytes, archive and earlier must be as they are by default.
  EncodeOptions encoding{};
};

// How the text of a record file ends.
struct RecordFileEnd {
  bool open = false;    // the last record has no separator
  bool quoted = false;  // and ends between quotes
};

struct RecordFileReport {
  std::uint64_t records = 0;  // without one that was open before
  // Sums over the frames; the hash is of the whole text. The file's bytes count the index, too.
  CodingReport coding;
  RecordFileEnd end;
};

// Writes frames with the records of the rest of `text`, and an index behind them. Appended behind
// another record file, they make one with it: then `before` says how that ends, and an open record
// is ended first by a separator. Errors: invalid_argument (no such size of frame, a last row that
// is open between quotes), those of encode.
Result<RecordFileReport> write_records(const Model& model, ByteSource& text, ByteSink& out,
                                       const RecordFileOptions& options,
                                       const RecordFileEnd& before = {});

// The records of a file, by their numbers.
class RecordFile {
 public:
  // Reads the indexes, from the file's end. Errors: unsupported (no record file, or an index of
  // another version), corrupt (a damaged index), those of `in`.
  static Result<RecordFile> open(RandomAccessSource& in);

  [[nodiscard]] std::uint64_t records() const { return records_; }
  [[nodiscard]] std::uint64_t frames() const { return frames_.size(); }
  [[nodiscard]] RecordSeparation separation() const { return separation_; }
  [[nodiscard]] RecordFileEnd ends() const { return end_; }
  // Where the file ends, or what an interrupted writer left begins: there, records are appended.
  [[nodiscard]] std::uint64_t file_end() const { return file_end_; }

  // Writes the records `first` to `last`, from 1 on, with their separators. `in` is what the file
  // was opened from. Errors: invalid_argument (there are fewer records), corrupt (the text is not
  // as the index says), those of decode.
  Result<CodingReport> read(const ModelFinder& models, RandomAccessSource& in, std::uint64_t first,
                            std::uint64_t last, ByteSink& out, const DecodeOptions& options) const;
  // Decodes everything and checks that the text is as the index says. Errors: as above.
  Status check(const ModelFinder& models, RandomAccessSource& in,
               const DecodeOptions& options) const;

 private:
  // One frame and how many records end before and in it.
  struct Frame {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    std::uint64_t ended_before = 0;
    std::uint64_t ended = 0;
    std::uint8_t state = 0;  // in which its text begins; see src/v2/records/record_index.hpp
  };
  // Where text begins behind so many ended records: in a frame, behind `skip` separators.
  struct Start {
    std::size_t frame;
    std::uint64_t skip;
  };
  friend class RecordFileOpener;
  [[nodiscard]] Start find_start(std::uint64_t ended) const;

  std::vector<Frame> frames_;
  std::uint64_t records_ = 0;
  std::uint64_t file_end_ = 0;
  RecordSeparation separation_ = RecordSeparation::lines;
  RecordFileEnd end_;
};

}  // namespace czip::v2
