// Mends a file by its recovery records.
#include <algorithm>
#include <limits>
#include <new>
#include <optional>
#include <vector>

#include "czip/codec/v2/recovery.hpp"
#include "v2/container/gf256.hpp"
#include "v2/container/hashing.hpp"
#include "v2/container/recovery_record.hpp"
#include "v2/container/recovery_writer.hpp"

namespace czip::v2 {
namespace {

// A record in a file that may be damaged: where it begins and ends, as its header at either place
// says. Where bytes were added or lost inside, the two do not have its length between them.
struct FoundRecord {
  RecoveryHeader header;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

bool same_record(const RecoveryHeader& a, const RecoveryHeader& b) {
  return a.covered_bytes == b.covered_bytes && a.covered_hash == b.covered_hash &&
         a.body_hash == b.body_hash;
}

// Whether a record of a file of that size can be like that, within what may have been lost.
bool is_plausible(const RecoveryHeader& header, std::uint64_t file_bytes) {
  return header.covered_bytes / 2 <= file_bytes && header.record_bytes() / 2 <= file_bytes;
}

// All records, by either of their headers.
Result<std::vector<FoundRecord>> find_records(RandomAccessSource& in) {
  CZIP_TRY_ASSIGN(const auto size, in.size());
  std::vector<FoundRecord> records;
  bool open = false;  // the last record's end has not been found
  std::vector<std::uint8_t> bytes(kReadBytes + kRecoveryHeaderBytes);
  for (std::uint64_t offset = 0; offset < size; offset += kReadBytes) {
    CZIP_TRY_ASSIGN(const auto got, read_padded(in, offset, bytes));
    const auto window = std::span(bytes).first(got);
    for (std::size_t i = 0; i < std::min(got, kReadBytes); ++i) {
      if (window[i] != kRecoveryMagic[0]) continue;
      const auto header = parse_recovery_header(window.subspan(i));
      if (!header || !is_plausible(*header, size)) continue;
      const std::uint64_t at = offset + i;
      const std::uint64_t length = header->record_bytes();
      if (!header->at_end) {
        records.push_back({*header, at, std::min(size, at + length)});
        open = true;
      } else if (open && same_record(records.back().header, *header)) {
        records.back().end = at + kRecoveryHeaderBytes;
        open = false;
      } else {
        const std::uint64_t end = at + kRecoveryHeaderBytes;
        const std::uint64_t least = records.empty() ? 0 : records.back().end;
        if (least > at) continue;  // inside the record before it
        records.push_back({*header, std::max(least, end > length ? end - length : 0), end});
        open = false;
      }
    }
  }
  return records;
}

Status copy_bytes(RandomAccessSource& in, std::uint64_t from, RandomAccessFile& out,
                  std::uint64_t to, std::uint64_t count) {
  std::vector<std::uint8_t> bytes(kReadBytes);
  while (count > 0) {
    const auto part = std::span(bytes).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(count, bytes.size())));
    CZIP_TRY(read_padded(in, from, part));
    CZIP_TRY(out.write_at(to, part));
    from += part.size();
    to += part.size();
    count -= part.size();
  }
  return {};
}

// Mends what one record covers.
class RecordMender {
 public:
  // The record covers what is from `base` on. Its text goes to `out_base`.
  RecordMender(RandomAccessSource& in, const FoundRecord& record, std::uint64_t base,
               RandomAccessFile& out, std::uint64_t out_base, const Progress& progress)
      : in_(&in),
        header_(record.header),
        record_(record),
        base_(base),
        out_(&out),
        out_base_(out_base),
        progress_(&progress),
        shard_(record.header.shard_bytes),
        buffer_(record.header.shard_bytes) {}

  // Adds to the report. Returns the bytes written.
  Result<std::uint64_t> run(MendReport& report) {
    report_ = &report;
    const std::uint64_t unmended = report.unmended_bytes;
    CZIP_TRY(read_hashes());
    CZIP_TRY(locate_shards());
    CZIP_TRY(copy_data());
    for (std::uint64_t group = 0; group < header_.groups(); ++group) CZIP_TRY(mend_group(group));
    if (report.unmended_bytes == unmended) {
      CZIP_TRY(write_record(*out_, out_base_, header_, *progress_));
      return header_.covered_bytes + header_.record_bytes();
    }
    // The record stays as it is.
    const std::uint64_t length = record_.end - record_.begin;
    CZIP_TRY(copy_bytes(*in_, record_.begin, *out_, out_base_ + header_.covered_bytes, length));
    return header_.covered_bytes + length;
  }

 private:
  enum class Place : std::uint8_t { nowhere, by_begin, by_end };

  // Offsets of a shard in the file, as counted from what is before it and from what is behind.
  [[nodiscard]] std::int64_t offset_of(std::uint64_t index, Place place) const {
    const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
    const std::uint64_t data = header_.shards();
    if (index < data)
      return place == Place::by_begin
                 ? number(base_ + index * shard_)
                 : number(record_.begin) - number(header_.covered_bytes - index * shard_);
    const std::uint64_t parity = index - data;
    const std::uint64_t frame = kRecoveryHeaderBytes + header_.table_bytes();
    return place == Place::by_begin
               ? number(record_.begin + frame + parity * shard_)
               : number(record_.end) - number(frame + (header_.parity() - parity) * shard_);
  }

  [[nodiscard]] std::size_t size_of(std::uint64_t index) const {
    if (index >= header_.shards()) return static_cast<std::size_t>(shard_);
    return static_cast<std::size_t>(
        std::min<std::uint64_t>(shard_, header_.covered_bytes - index * shard_));
  }

  // Reads a shard into `bytes`, filled up with zeros; false if the file does not have all of it.
  Result<bool> read_shard(std::uint64_t index, Place place, std::span<std::uint8_t> bytes) {
    std::ranges::fill(bytes, std::uint8_t{0});
    const std::int64_t offset = offset_of(index, place);
    if (offset < 0) return false;
    const std::size_t size = size_of(index);
    CZIP_TRY_ASSIGN(const auto got,
                    read_padded(*in_, static_cast<std::uint64_t>(offset), bytes.first(size)));
    return got == size;
  }

  Status read_hashes() {
    if (header_.table_bytes() > SIZE_MAX / 4)  // of a 32-bit machine; 4 bytes a hash, in optionals
      return fail(ErrorCode::out_of_memory, "not enough memory for the recovery record");
    hashes_.resize(static_cast<std::size_t>(header_.hashes()));
    std::vector<std::uint8_t> table(static_cast<std::size_t>(header_.table_bytes()));
    CZIP_TRY(read_padded(*in_, record_.begin + kRecoveryHeaderBytes, table));
    parse_hashes(table, hashes_);
    const std::uint64_t behind = kRecoveryHeaderBytes + table.size();
    if (record_.end < behind) return {};
    CZIP_TRY(read_padded(*in_, record_.end - behind, table));
    parse_hashes(table, hashes_);
    return {};
  }

  Status locate_shards() {
    places_.assign(hashes_.size(), Place::nowhere);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      for (const Place place : {Place::by_begin, Place::by_end}) {
        if (!hashes_[i] || places_[i] != Place::nowhere) continue;
        CZIP_TRY_ASSIGN(const auto there, read_shard(i, place, buffer_));
        if (there && shard_hash(buffer_, i) == *hashes_[i]) places_[i] = place;
      }
      if (places_[i] == Place::nowhere) report_->damaged_bytes += size_of(i);
      CZIP_TRY(report_progress(*progress_, std::min(i * shard_, header_.covered_bytes)));
    }
    return {};
  }

  // Damaged shards are copied as they are, where they should be.
  Status copy_data() {
    for (std::size_t i = 0; i < header_.shards(); ++i) {
      const Place place = places_[i] == Place::by_end ? Place::by_end : Place::by_begin;
      CZIP_TRY(read_shard(i, place, buffer_));
      CZIP_TRY(write_shard(i, buffer_));
    }
    return {};
  }

  Status write_shard(std::uint64_t index, std::span<const std::uint8_t> bytes) {
    return out_->write_at(out_base_ + index * shard_, bytes.first(size_of(index)));
  }

  // Solves for the damaged shards of a group.
  Status mend_group(std::uint64_t group) {
    std::vector<std::size_t> lost;  // rows
    std::vector<std::size_t> used;  // rows of parity
    const std::uint64_t groups = header_.groups();
    // Below the number of hashes, which are in memory.
    const auto shard_at = [&](std::size_t row) {
      return static_cast<std::size_t>(row * groups + group);
    };
    const auto parity_at = [&](std::size_t row) {
      return static_cast<std::size_t>(header_.shards()) + shard_at(row);
    };
    for (std::size_t row = 0; row < header_.data_shards && shard_at(row) < header_.shards(); ++row)
      if (places_[shard_at(row)] == Place::nowhere) lost.push_back(row);
    if (lost.empty()) return {};
    for (std::size_t row = 0; row < header_.parity_shards && used.size() < lost.size(); ++row)
      if (places_[parity_at(row)] != Place::nowhere) used.push_back(row);
    if (used.size() < lost.size()) {
      for (const std::size_t row : lost) report_->unmended_bytes += size_of(shard_at(row));
      return {};
    }
    // What the lost shards contribute to the parity: all of it, less the contributions of the rest.
    std::vector<std::vector<std::uint8_t>> sums;
    for (const std::size_t row : used) {
      const std::size_t index = parity_at(row);
      CZIP_TRY(read_shard(index, places_[index], buffer_));
      sums.push_back(buffer_);
    }
    for (std::size_t row = 0; row < header_.data_shards && shard_at(row) < header_.shards();
         ++row) {
      const std::size_t index = shard_at(row);
      if (places_[index] == Place::nowhere) continue;
      CZIP_TRY(read_shard(index, places_[index], buffer_));
      for (std::size_t p = 0; p < used.size(); ++p)
        gf_multiply_add(parity_factor(header_.data_shards, used[p], row), buffer_, sums[p]);
    }
    return solve(lost, used, sums, shard_at);
  }

  template <class ShardAt>
  Status solve(const std::vector<std::size_t>& lost, const std::vector<std::size_t>& used,
               const std::vector<std::vector<std::uint8_t>>& sums, const ShardAt& shard_at) {
    const std::size_t n = lost.size();
    std::vector<std::uint8_t> matrix;
    for (const std::size_t row : used)
      for (const std::size_t column : lost)
        matrix.push_back(parity_factor(header_.data_shards, row, column));
    const std::vector<std::uint8_t> inverse = gf_invert(std::move(matrix), n);
    for (std::size_t i = 0; i < n; ++i) {
      std::ranges::fill(buffer_, std::uint8_t{0});
      for (std::size_t j = 0; j < n && !inverse.empty(); ++j)
        gf_multiply_add(inverse[i * n + j], sums[j], buffer_);
      const std::size_t index = shard_at(lost[i]);
      // Where the table's page is lost as well, the frame's own checks must do.
      if (hashes_[index] && shard_hash(buffer_, index) != *hashes_[index])
        report_->unmended_bytes += size_of(index);
      else
        CZIP_TRY(write_shard(index, buffer_));
    }
    return {};
  }

  RandomAccessSource* in_;
  RecoveryHeader header_;
  FoundRecord record_;
  std::uint64_t base_;
  RandomAccessFile* out_;
  std::uint64_t out_base_;
  const Progress* progress_;
  std::uint64_t shard_;
  std::vector<std::uint8_t> buffer_;  // one shard
  std::vector<std::optional<std::uint32_t>> hashes_;
  std::vector<Place> places_;
  MendReport* report_ = nullptr;
};

// The records that are the file's own. One inside what a later record covers belongs to a file
// within the text. And a record covers no more than twice what stands before it, so that the work
// is bounded by the file.
std::vector<FoundRecord> own_records(const std::vector<FoundRecord>& found) {
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
  std::erase_if(records, [&](const FoundRecord& record) {
    if (record.begin < base || record.header.covered_bytes / 2 > record.begin - base) return true;
    base = record.end;
    return false;
  });
  return records;
}

Result<MendReport> mend_all(RandomAccessSource& in, RandomAccessFile& out,
                            const Progress& progress) {
  CZIP_TRY_ASSIGN(const auto size, in.size());
  CZIP_TRY_ASSIGN(const auto found, find_records(in));
  const std::vector<FoundRecord> records = own_records(found);
  MendReport report;
  report.records = records.size();
  if (records.empty()) return report;
  std::uint64_t base = 0;
  std::uint64_t written = 0;
  for (const FoundRecord& record : records) {
    RecordMender mender(in, record, base, out, written, progress);
    CZIP_TRY_ASSIGN(const auto count, mender.run(report));
    written += count;
    base = std::max(base, record.end);
  }
  if (base < size) CZIP_TRY(copy_bytes(in, base, out, written, size - base));
  return report;
}

}  // namespace

Result<MendReport> mend(RandomAccessSource& in, RandomAccessFile& out, const Progress& progress) {
  try {
    return mend_all(in, out, progress);
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory to mend");
  }
}

}  // namespace czip::v2
