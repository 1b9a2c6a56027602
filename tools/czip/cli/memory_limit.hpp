// The limit on the memory that coding takes.
#pragma once

#include <cstdint>

namespace czip::tool {

// Where -M gives none: half of the machine's memory, but 512 MiB at least and 1 GiB at most.
[[nodiscard]] std::uint64_t default_memory_limit();

}  // namespace czip::tool
