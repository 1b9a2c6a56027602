// Appends to a CZIPv2 file in place, all or nothing: until everything is on disk, a mark hides it
// (czip/codec/v2/attachment.hpp). What is there stays as it is.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "io/input.hpp"

namespace czip::tool {

// A regular file that is open for reading and writing, and locked.
Result<Input> open_to_append(const std::string& path);

// Writes what is appended to `out`, and has `committed` as the file that it makes: it reads zeros
// in the place of the mark. False: nothing is to be appended after all.
using AppendWriter = std::function<Result<bool>(ByteSink& out, RandomAccessFile& committed)>;

// Appends at `end`, and drops what an interrupted writer left behind that. After an error, or an
// interrupting signal, the file is as it was up to `end`. False: nothing was appended.
Result<bool> append_hidden(Input& file, std::uint64_t end, const AppendWriter& write);

}  // namespace czip::tool
