// Mends a file by its recovery records.
#include <algorithm>
#include <array>
#include <new>
#include <optional>
#include <vector>

#include "czip/base/memory_limit.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/recovery.hpp"
#include "v2/container/frame_reader.hpp"
#include "v2/container/gf256.hpp"
#include "v2/container/pass_progress.hpp"
#include "v2/container/recovery_finder.hpp"
#include "v2/container/recovery_record.hpp"
#include "v2/container/recovery_writer.hpp"

namespace czip::v2 {
namespace {

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
               RandomAccessFile& out, std::uint64_t out_base, const MendOptions& options,
               ProgressSum& progress)
      : in_(&in),
        header_(record.header),
        record_(record),
        base_(base),
        out_(&out),
        out_base_(out_base),
        options_(&options),
        progress_(progress, record.header.covered_bytes),
        shard_(record.header.shard_bytes) {}

  // Adds to the report. Returns the bytes written.
  Result<std::uint64_t> run(MendReport& report) {
    CZIP_TRY_ASSIGN(const auto written, mend(report));
    CZIP_TRY(progress_.finish());
    return written;
  }

 private:
  enum class Place : std::uint8_t { nowhere, by_begin, by_end };

  Result<std::uint64_t> mend(MendReport& report) {
    CZIP_TRY(check_memory());
    buffer_.resize(static_cast<std::size_t>(shard_));
    CZIP_TRY(read_hashes());
    // To find the shards, to mend the groups, and to write the record.
    progress_.begin_pass(1, 4);
    CZIP_TRY(locate_shards());
    CZIP_TRY_ASSIGN(const auto front, front_bytes());
    if (!front) {
      CZIP_TRY(copy_bytes(*in_, base_, *out_, out_base_, record_.end - base_));
      return record_.end - base_;
    }
    ++report.records;
    CZIP_TRY(copy_bytes(*in_, base_, *out_, out_base_, *front));
    base_ += *front;
    out_base_ += *front;
    const std::uint64_t damaged = damaged_bytes();
    CZIP_TRY(copy_data());
    std::uint64_t unmended = 0;
    progress_.begin_pass(1, 3);
    for (std::uint64_t group = 0; group < header_.groups(); ++group) {
      CZIP_TRY(mend_group(group, unmended));
      CZIP_TRY(progress_.report()(group + 1, header_.groups()));
    }
    progress_.begin_last_pass();
    CZIP_TRY_ASSIGN(const auto hash, hash_of(*out_, out_base_, header_.covered_bytes));
    if (hash == header_.covered_hash) {
      report.damaged_bytes += damaged;
      CZIP_TRY(write_record(*out_, out_base_, header_, progress_.report()));
      return *front + header_.covered_bytes + header_.record_bytes();
    }
    if (unmended == 0) {
      // Where every shard seems to be right, none can be told to be wrong.
      unmended = header_.covered_bytes;
      CZIP_TRY(copy_data());
    }
    report.damaged_bytes += std::max(damaged, unmended);
    report.unmended_bytes += unmended;
    // The record stays as it is.
    const std::uint64_t length = record_.end - record_.begin;
    CZIP_TRY(copy_bytes(*in_, record_.begin, *out_, out_base_ + header_.covered_bytes, length));
    return *front + header_.covered_bytes + length;
  }

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

  [[nodiscard]] Status check_memory() const {
    // For each hash: here, in a table, and when the record is written again. For a group: its sums.
    constexpr std::uint64_t kBytesPerHash =
        sizeof(std::optional<std::uint32_t>) + sizeof(Place) + 3 * kShardHashBytes;
    const MemoryNeed need{.shared = header_.hashes() * kBytesPerHash +
                                    (header_.parity_shards + std::uint64_t{2}) * shard_ +
                                    kBatchBytes + 2 * kReadBytes};
    CZIP_TRY(threads_within_limit(1, 1, options_->memory_limit, need));
    return {};
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

  // Bytes before the record beyond those that it covers: added somewhere, or of another file.
  [[nodiscard]] std::uint64_t surplus() const {
    const std::uint64_t before = record_.begin - base_;
    return before > header_.covered_bytes ? before - header_.covered_bytes : 0;
  }

  // Counted from the record, the file's beginning is at its place even if another file of the same
  // content stands before it.
  Status locate_shards() {
    const Place first = surplus() > 0 ? Place::by_end : Place::by_begin;
    const Place second = surplus() > 0 ? Place::by_begin : Place::by_end;
    places_.assign(hashes_.size(), Place::nowhere);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      for (const Place place : {first, second}) {
        if (!hashes_[i] || places_[i] != Place::nowhere) continue;
        CZIP_TRY_ASSIGN(const auto there, read_shard(i, place, buffer_));
        if (there && shard_hash(buffer_, i) == *hashes_[i]) places_[i] = place;
      }
      CZIP_TRY(progress_.report()(i + 1, places_.size()));
    }
    return {};
  }

  [[nodiscard]] std::uint64_t damaged_bytes() const {
    std::uint64_t bytes = surplus();
    for (std::size_t i = 0; i < places_.size(); ++i)
      if (places_[i] == Place::nowhere) bytes += size_of(i);
    return bytes;
  }

  Result<bool> frame_begins_at(std::uint64_t offset) {
    std::array<std::uint8_t, kFrameMagic.size()> bytes{};
    CZIP_TRY(read_padded(*in_, offset, bytes));
    return has_magic(bytes);
  }

  // What stands at the beginning of the `size` bytes before what is covered.
  enum class Frames : std::uint8_t { none, some, all };
  Frames frames_within(std::uint64_t size) {
    FrameReader reader(FrameInput(*in_), Payloads::skip);
    reader.restart(base_);
    Record record;
    Frames found = Frames::none;
    for (;;) {
      const auto read = reader.next(record);
      if (!read || !*read || record.end > base_ + size) return found;
      if (record.kind == RecordKind::block) continue;
      if (record.end == base_ + size) return Frames::all;
      found = Frames::some;
    }
  }

  // How many bytes before those that the record covers belong to the file: frames that were put
  // before it. Bytes that were added by a fault do not. nullopt: that cannot be told, and what the
  // record covers may be a file within the text.
  Result<std::optional<std::uint64_t>> front_bytes() {
    using Front = std::optional<std::uint64_t>;
    const std::uint64_t size = surplus();
    if (size == 0) return Front(0);
    const Frames frames = frames_within(size);
    const auto data = std::span(places_).first(static_cast<std::size_t>(header_.shards()));
    if (frames == Frames::all) {
      // Shards of the same content in these frames are not the record's.
      std::ranges::replace(data, Place::by_begin, Place::nowhere);
      return Front(size);
    }
    if (std::ranges::find(data, Place::by_begin) != data.end()) return Front(0);
    CZIP_TRY_ASSIGN(const auto frame_before, frame_begins_at(base_));
    if (!frame_before) return Front(0);
    if (frames == Frames::some) return Front(size);
    CZIP_TRY_ASSIGN(const auto frame_behind, frame_begins_at(base_ + size));
    if (size <= shard_ && !frame_behind) return Front(0);  // added within the first shard
    return Front();
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
  Status mend_group(std::uint64_t group, std::uint64_t& unmended) {
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
      for (const std::size_t row : lost) unmended += size_of(shard_at(row));
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
    return solve(lost, used, sums, shard_at, unmended);
  }

  template <class ShardAt>
  Status solve(const std::vector<std::size_t>& lost, const std::vector<std::size_t>& used,
               const std::vector<std::vector<std::uint8_t>>& sums, const ShardAt& shard_at,
               std::uint64_t& unmended) {
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
      // Where the table's page is lost as well, the hash of the whole must do.
      if (hashes_[index] && shard_hash(buffer_, index) != *hashes_[index])
        unmended += size_of(index);
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
  const MendOptions* options_;
  PassProgress progress_;
  std::uint64_t shard_;
  std::vector<std::uint8_t> buffer_;  // one shard
  std::vector<std::optional<std::uint32_t>> hashes_;
  std::vector<Place> places_;
};

Result<bool> same_bytes(RandomAccessSource& a, RandomAccessSource& b) {
  CZIP_TRY_ASSIGN(const auto size, a.size());
  CZIP_TRY_ASSIGN(const auto other_size, b.size());
  if (size != other_size) return false;
  std::vector<std::uint8_t> part(kReadBytes);
  std::vector<std::uint8_t> other(kReadBytes);
  for (std::uint64_t offset = 0; offset < size; offset += kReadBytes) {
    CZIP_TRY(read_padded(a, offset, part));
    CZIP_TRY(read_padded(b, offset, other));
    if (part != other) return false;
  }
  return true;
}

Result<MendReport> mend_all(RandomAccessSource& in, RandomAccessFile& out,
                            const MendOptions& options) {
  CZIP_TRY_ASSIGN(const auto size, in.size());
  CZIP_TRY_ASSIGN(const auto records, find_own_records(in));
  MendReport report;
  if (records.empty()) return report;
  ProgressSum progress(options.progress);
  std::uint64_t base = 0;
  std::uint64_t written = 0;
  for (const FoundRecord& record : records) {
    RecordMender mender(in, record, base, out, written, options, progress);
    CZIP_TRY_ASSIGN(const auto count, mender.run(report));
    written += count;
    base = std::max(base, record.end);
  }
  if (base < size) CZIP_TRY(copy_bytes(in, base, out, written, size - base));
  CZIP_TRY_ASSIGN(const auto same, same_bytes(in, out));
  report.changed = !same;
  return report;
}

}  // namespace

Result<MendReport> mend(RandomAccessSource& in, RandomAccessFile& out, const MendOptions& options) {
  try {
    return mend_all(in, out, options);
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory to mend");
  }
}

}  // namespace czip::v2
