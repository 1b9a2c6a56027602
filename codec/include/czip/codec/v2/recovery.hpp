// Recovery records: Reed-Solomon parity behind the frames of a CZIPv2 file, which mends damage.
// Format: conformance/czip-v2-container.md, section 7.
#pragma once

#include <cstdint>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/io/progress.hpp"

namespace czip::v2 {

inline constexpr unsigned kMinRecoveryPercent = 1;
inline constexpr unsigned kMaxRecoveryPercent = 100;

// Appends a record that covers the whole file before it; returns its length. A burst of up to
// `percent` percent of the file can then be mended, wherever it is, or as many bytes in pieces, as
// long as they do not meet in one group of some 255 shards. The file must not be empty. Memory is
// bounded. Errors: invalid_argument (percent), cancelled, out_of_memory and those of `file`.
Result<std::uint64_t> append_recovery(RandomAccessFile& file, unsigned percent,
                                      const Progress& progress = {});

struct MendReport {
  std::uint64_t records = 0;         // recovery records that were used
  std::uint64_t damaged_bytes = 0;   // in damaged shards of data and parity, or added between them
  std::uint64_t unmended_bytes = 0;  // of these, of data, beyond what the parity can mend
  bool changed = false;              // whether the copy differs from the file
};

struct MendOptions {
  std::uint64_t memory_limit = 0;  // in bytes; 0: none
  Progress progress{};             // gets the bytes that the records cover, as they are mended
};

// Copies `in` to the empty `out`, mended as far as its recovery records allow, and the records with
// it; `out` is of no use where none was used. Finds the shards by their hashes, at their places or
// as far from them as what lies before the record has become longer or shorter. Data are mended
// only if they have the hash that their record states; else they are copied as they are where they
// cannot be mended, and count as such. A record of a file that is stored within the text is not
// used. The copy is at most three times as long as `in`, whatever records claim. Errors: over_limit
// (memory), unsupported (more than a million records), out_of_memory, cancelled, and those of the
// files.
Result<MendReport> mend(RandomAccessSource& in, RandomAccessFile& out,
                        const MendOptions& options = {});

}  // namespace czip::v2
