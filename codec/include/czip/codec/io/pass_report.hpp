// How the caller of one pass over a part of a text or file follows it, and stops it.
#pragma once

#include <cstdint>
#include <functional>

#include "czip/base/error.hpp"

namespace czip {

// Called now and then with how much of the pass is done: `done` of `total`, in units of its own. An
// error ends the pass. May be empty.
using PassReport = std::function<Status(std::uint64_t done, std::uint64_t total)>;

}  // namespace czip
