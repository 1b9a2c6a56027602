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
  std::uint64_t records = 0;         // recovery records found
  std::uint64_t damaged_bytes = 0;   // in shards of data and parity that were found to be damaged
  std::uint64_t unmended_bytes = 0;  // of these, of data, beyond what the parity can mend
};

// Copies `in` to the empty `out`, mended as far as its recovery records allow, and the records with
// it; writes nothing where there is none. Finds the shards by their hashes, at their places or as
// far from them as what lies before the record has become longer or shorter. What cannot be mended
// is copied as it is. Memory is bounded by a small part of the file's size. Errors: out_of_memory,
// cancelled, and those of the files.
Result<MendReport> mend(RandomAccessSource& in, RandomAccessFile& out,
                        const Progress& progress = {});

}  // namespace czip::v2
