#include "v2/container/recovery_writer.hpp"

#include <algorithm>
#include <new>
#include <vector>

#include "czip/codec/v2/recovery.hpp"
#include "v2/container/gf256.hpp"
#include "v2/container/hashing.hpp"
#include "v2/container/pass_progress.hpp"

namespace czip::v2 {
namespace {

class RecordWriter {
 public:
  RecordWriter(RandomAccessFile& file, std::uint64_t base, const RecoveryHeader& header,
               const PassReport& report)
      : file_(&file),
        base_(base),
        header_(header),
        report_(&report),
        start_(base + header.covered_bytes),
        shard_(header.shard_bytes) {}

  Status run() {
    if (header_.table_bytes() > SIZE_MAX / 4)  // of a 32-bit machine; 4 bytes a hash, in optionals
      return fail(ErrorCode::out_of_memory, "not enough memory for the recovery record");
    hashes_.resize(static_cast<std::size_t>(header_.hashes()));
    CZIP_TRY(hash_data());
    const std::uint64_t column = (header_.parity_shards + std::uint64_t{1}) * shard_;
    const std::uint64_t batch = std::max<std::uint64_t>(kBatchBytes / column, 1);
    for (std::uint64_t group = 0; group < header_.groups(); group += batch)
      CZIP_TRY(write_parity(group, std::min(batch, header_.groups() - group)));
    const std::vector<std::uint8_t> table = serialize_hashes(hashes_);
    const std::uint64_t body = start_ + kRecoveryHeaderBytes;
    CZIP_TRY(file_->write_at(body, table));
    CZIP_TRY(file_->write_at(body + header_.body_bytes() - table.size(), table));
    CZIP_TRY_ASSIGN(header_.body_hash, hash_of(*file_, body, header_.body_bytes()));
    header_.at_end = false;
    CZIP_TRY(file_->write_at(start_, serialize(header_)));
    header_.at_end = true;
    return file_->write_at(body + header_.body_bytes(), serialize(header_));
  }

 private:
  [[nodiscard]] std::uint64_t shard_offset(std::uint64_t index) const {
    return base_ + index * shard_;
  }

  // All shards are read for their hashes, and those of each group for its parity.
  [[nodiscard]] Status report(std::uint64_t shards) const {
    if (!*report_) return {};
    return (*report_)(shards, header_.shards() + header_.groups() * header_.data_shards);
  }

  // Reads shards in a row; those behind the last are zeros.
  Status read_shards(std::uint64_t index, std::span<std::uint8_t> bytes) {
    const std::uint64_t begin = shard_offset(index);
    const std::uint64_t left = begin < start_ ? start_ - begin : 0;
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, bytes.size()));
    std::ranges::fill(bytes.subspan(size), std::uint8_t{0});
    CZIP_TRY_ASSIGN(const auto got, read_padded(*file_, begin, bytes.first(size)));
    return got == size ? Status{} : fail(ErrorCode::io, "became shorter while it was read");
  }

  Status hash_data() {
    TextHasher hasher;
    std::vector<std::uint8_t> shard(header_.shard_bytes);
    for (std::size_t i = 0; i < header_.shards(); ++i) {
      CZIP_TRY(read_shards(i, shard));
      hashes_[i] = shard_hash(shard, i);
      const std::uint64_t left = start_ - shard_offset(i);
      hasher.add(
          std::span(shard).first(static_cast<std::size_t>(std::min<std::uint64_t>(left, shard_))));
      CZIP_TRY(report(i + 1));
    }
    header_.covered_hash = hasher.digest();
    return {};
  }

  // Of `count` groups from `group` on. Shard i is in row i / groups of group i % groups, so that
  // the shards of neighbouring groups are neighbours, and a burst meets all groups alike.
  Status write_parity(std::uint64_t group, std::uint64_t count) {
    const auto width = static_cast<std::size_t>(count * shard_);
    std::vector<std::uint8_t> row(width);
    std::vector<std::vector<std::uint8_t>> parity(header_.parity_shards,
                                                  std::vector<std::uint8_t>(width));
    for (std::size_t r = 0; r < header_.data_shards; ++r) {
      CZIP_TRY(read_shards(r * header_.groups() + group, row));
      for (std::size_t p = 0; p < parity.size(); ++p)
        gf_multiply_add(parity_factor(header_.data_shards, p, r), row, parity[p]);
      CZIP_TRY(report(header_.shards() + group * header_.data_shards + (r + 1) * count));
    }
    const std::uint64_t parity_start = start_ + kRecoveryHeaderBytes + header_.table_bytes();
    for (std::size_t p = 0; p < parity.size(); ++p) {
      const std::uint64_t first = p * header_.groups() + group;
      CZIP_TRY(file_->write_at(parity_start + first * shard_, parity[p]));
      for (std::uint64_t i = 0; i < count; ++i)
        hashes_[static_cast<std::size_t>(header_.shards() + first + i)] =
            shard_hash(std::span(parity[p]).subspan(static_cast<std::size_t>(i * shard_),
                                                    static_cast<std::size_t>(shard_)),
                       header_.shards() + first + i);
    }
    return {};
  }

  RandomAccessFile* file_;
  std::uint64_t base_;
  RecoveryHeader header_;
  const PassReport* report_;
  std::uint64_t start_;  // of the record
  std::uint64_t shard_;  // bytes
  std::vector<std::uint32_t> hashes_;
};

}  // namespace

Result<std::size_t> read_padded(RandomAccessSource& in, std::uint64_t offset,
                                std::span<std::uint8_t> bytes) {
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    CZIP_TRY_ASSIGN(const auto count, in.read_at(offset + filled, bytes.subspan(filled)));
    if (count == 0) break;
    filled += count;
  }
  std::ranges::fill(bytes.subspan(filled), std::uint8_t{0});
  return filled;
}

Result<Hash128> hash_of(RandomAccessSource& in, std::uint64_t offset, std::uint64_t size) {
  TextHasher hasher;
  std::vector<std::uint8_t> bytes(kReadBytes);
  while (size > 0) {
    const auto part =
        std::span(bytes).first(static_cast<std::size_t>(std::min<std::uint64_t>(size, kReadBytes)));
    CZIP_TRY(read_padded(in, offset, part));
    hasher.add(part);
    offset += part.size();
    size -= part.size();
  }
  return hasher.digest();
}

Status write_record(RandomAccessFile& file, std::uint64_t base, RecoveryHeader header,
                    const PassReport& report) {
  return RecordWriter(file, base, header, report).run();
}

Result<std::uint64_t> append_recovery(RandomAccessFile& file, unsigned percent,
                                      const Progress& progress) {
  try {
    CZIP_TRY_ASSIGN(const auto size, file.size());
    if (percent < kMinRecoveryPercent || percent > kMaxRecoveryPercent || size == 0)
      return fail(ErrorCode::invalid_argument,
                  "recovery data of " + std::to_string(percent) + " % is not possible");
    const RecoveryHeader header = recovery_for(size, percent);
    ProgressSum sum(progress);
    PassProgress of_file(sum, size);
    of_file.begin_last_pass();
    CZIP_TRY(write_record(file, 0, header, of_file.report()));
    CZIP_TRY(of_file.finish());
    return header.record_bytes();
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory for recovery data");
  }
}

}  // namespace czip::v2
