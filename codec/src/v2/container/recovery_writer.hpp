// Computes the recovery record of a part of a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/io/progress.hpp"
#include "v2/container/recovery_record.hpp"

namespace czip::v2 {

// Bytes that are read at once.
inline constexpr std::size_t kReadBytes = std::size_t{1} << 20;

// Fills `bytes` from `offset` on, with zeros behind the source's end; returns the bytes read.
Result<std::size_t> read_padded(RandomAccessSource& in, std::uint64_t offset,
                                std::span<std::uint8_t> bytes);

// Writes the record of the bytes from `base` on, and behind them. `header` says how it is divided;
// its hashes are computed.
Status write_record(RandomAccessFile& file, std::uint64_t base, RecoveryHeader header,
                    const Progress& progress);

}  // namespace czip::v2
