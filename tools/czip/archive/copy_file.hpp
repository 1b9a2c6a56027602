// Copies a file's content.
#pragma once

#include <cstdint>
#include <functional>

#include "czip/base/error.hpp"

namespace czip::tool {

// Called before `bytes` are written. An error ends the copying.
using MayWrite = std::function<Status(std::uint64_t bytes)>;

// Copies all of `from` to the empty file `to`; holes stay holes. Errors: io, and those of
// `may_write`.
Status copy_file(int from, int to, const MayWrite& may_write);

}  // namespace czip::tool
