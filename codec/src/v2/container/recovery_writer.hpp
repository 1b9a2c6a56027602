// Computes the recovery record of a part of a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/io/pass_report.hpp"
#include "v2/container/recovery_record.hpp"

namespace czip::v2 {

// Bytes that are read at once.
inline constexpr std::size_t kReadBytes = std::size_t{1} << 20;

// Parity that is computed at once, or that of one group.
inline constexpr std::uint64_t kBatchBytes = std::uint64_t{32} << 20;

// Fills `bytes` from `offset` on, with zeros behind the source's end; returns the bytes read.
Result<std::size_t> read_padded(RandomAccessSource& in, std::uint64_t offset,
                                std::span<std::uint8_t> bytes);

// XXH3-128 of a part of the file, which must be there.
Result<Hash128> hash_of(RandomAccessSource& in, std::uint64_t offset, std::uint64_t size);

// Writes the record of the bytes from `base` on, and behind them. `header` says how it is divided;
// its hashes are computed.
Status write_record(RandomAccessFile& file, std::uint64_t base, RecoveryHeader header,
                    const PassReport& report);

}  // namespace czip::v2
