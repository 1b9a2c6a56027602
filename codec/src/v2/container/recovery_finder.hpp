// Finds the recovery records of a file that may be damaged.
#pragma once

#include <cstdint>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "v2/container/recovery_record.hpp"

namespace czip::v2 {

// Where a record begins and ends, as its header at either place says. Where bytes were added or
// lost inside, the two do not have its length between them.
struct FoundRecord {
  RecoveryHeader header;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool in_block = false;  // a stored block's header says that the record is in its payload
};

// The records that seem to be the file's own, in their order, not those of files that are part of
// its text. What they claim, all together, is at most twice the file's size, because what has lost
// more than half cannot be mended. Error: unsupported (more than a million).
Result<std::vector<FoundRecord>> find_own_records(RandomAccessSource& in);

}  // namespace czip::v2
