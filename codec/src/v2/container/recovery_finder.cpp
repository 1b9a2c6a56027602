#include "v2/container/recovery_finder.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <string>

#include "czip/base/little_endian.hpp"
#include "v2/container/container.hpp"
#include "v2/container/frame_reader.hpp"
#include "v2/container/recovery_writer.hpp"

namespace czip::v2 {
namespace {

constexpr std::size_t kMaxRecords = std::size_t{1} << 20;

bool same_record(const RecoveryHeader& a, const RecoveryHeader& b) {
  return a.covered_bytes == b.covered_bytes && a.covered_hash == b.covered_hash &&
         a.body_hash == b.body_hash;
}

// Whether the text of a stored block lies behind its header at the beginning of `bytes`. Most
// places are seen not to be one without a hash.
std::uint64_t stored_payload(std::span<const std::uint8_t> bytes) {
  using Layout = BlockHeaderLayout;
  if (bytes.size() < kBlockHeaderBytes ||
      bytes[Layout::kType] != static_cast<std::uint8_t>(BlockType::stored) ||
      bytes[Layout::kSettings] != 0 || load_le<std::uint32_t>(&bytes[Layout::kFinalRange]) != 0)
    return 0;
  const auto header = parse_block_header(bytes.first<kBlockHeaderBytes>());
  return header ? header->payload_bytes : 0;
}

class RecordFinder {
 public:
  RecordFinder(RandomAccessSource& in, std::uint64_t size) : in_(&in), size_(size) {}

  // All records, by either of their headers.
  Result<std::vector<FoundRecord>> run() {
    CZIP_TRY(enter_compact_frame());
    std::vector<std::uint8_t> bytes(kReadBytes + kRecoveryHeaderBytes);
    for (std::uint64_t offset = 0; offset < size_; offset += kReadBytes) {
      CZIP_TRY_ASSIGN(const auto got, read_padded(*in_, offset, bytes));
      const auto window = std::span(bytes).first(got);
      for (std::size_t i = 0; i < std::min(got, kReadBytes); ++i) {
        if (const std::uint64_t payload = stored_payload(window.subspan(i)); payload != 0)
          blocks_end_ = std::max(blocks_end_, offset + i + kBlockHeaderBytes + payload);
        if (window[i] == kRecoveryMagic[0]) take(window.subspan(i), offset + i);
      }
      if (records_.size() > kMaxRecords)
        return fail(ErrorCode::unsupported,
                    "has more than " + std::to_string(kMaxRecords) + " recovery records");
    }
    return std::move(records_);
  }

 private:
  // A compact frame's header has no check of its own: it counts where it is sure to be one.
  Status enter_compact_frame() {
    FrameReader reader{FrameInput(*in_)};
    Record record;
    const auto read = reader.next(record);
    if (read && *read && record.kind == RecordKind::compact && record.stored())
      blocks_end_ = record.end;
    return {};
  }

  void take(std::span<const std::uint8_t> bytes, std::uint64_t at) {
    const auto header = parse_recovery_header(bytes);
    if (!header) return;
    const std::uint64_t length = header->record_bytes();
    if (header->covered_bytes / 2 > size_ || length / 2 > size_) return;
    const std::uint64_t header_end = at + kRecoveryHeaderBytes;
    const bool in_block = header_end <= blocks_end_;
    if (!header->at_end) {
      records_.push_back({*header, at, std::min(size_, at + length), in_block});
      open_ = true;
    } else if (open_ && same_record(records_.back().header, *header)) {
      records_.back().end = header_end;
      open_ = false;
    } else {
      const std::uint64_t least = records_.empty() ? 0 : records_.back().end;
      if (least > at) return;  // inside the record before it
      records_.push_back({*header, std::max(least, header_end > length ? header_end - length : 0),
                          header_end, in_block});
      open_ = false;
    }
  }

  RandomAccessSource* in_;
  std::uint64_t size_;
  std::vector<FoundRecord> records_;
  bool open_ = false;             // the last record's end has not been found
  std::uint64_t blocks_end_ = 0;  // of the stored blocks so far
};

}  // namespace

Result<std::vector<FoundRecord>> find_own_records(RandomAccessSource& in) {
  CZIP_TRY_ASSIGN(const auto size, in.size());
  CZIP_TRY_ASSIGN(const auto found, RecordFinder(in, size).run());
  // One inside what a later record covers belongs to a file within the text.
  std::vector<FoundRecord> records;
  std::uint64_t covered_begin = std::numeric_limits<std::uint64_t>::max();
  for (auto record = found.rbegin(); record != found.rend(); ++record) {
    if (record->begin >= covered_begin) continue;
    const std::uint64_t covered = record->header.covered_bytes;
    covered_begin = record->begin > covered ? record->begin - covered : 0;
    records.push_back(*record);
  }
  std::ranges::reverse(records);
  std::uint64_t base = 0;
  std::uint64_t left = 2 * size;  // sizes of files are below 2^63
  std::erase_if(records, [&](const FoundRecord& record) {
    if (record.begin < base) return true;
    // A record within a block has the block's header before what it covers.
    const std::uint64_t before = record.begin - base;
    const std::uint64_t covered = record.header.covered_bytes;
    if (record.in_block && before > covered) return true;
    const std::uint64_t claimed = covered + record.header.record_bytes();
    if (covered / 2 > before || claimed > left) return true;
    left -= claimed;
    base = record.end;
    return false;
  });
  return records;
}

}  // namespace czip::v2
