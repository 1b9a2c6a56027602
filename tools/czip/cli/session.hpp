// What all commands share: the arguments and the console.
#pragma once

#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "cli/memory_limit.hpp"
#include "czip/base/error.hpp"
#include "czip/engine/simd.hpp"

namespace czip::tool {

struct Session {
  Arguments arguments;
  Console console;

  [[nodiscard]] SimdLevel simd() const { return arguments.simd.value_or(best_simd_level()); }
  // Bytes.
  [[nodiscard]] std::uint64_t memory_limit() const {
    return arguments.memory_limit != 0 ? arguments.memory_limit : default_memory_limit();
  }
  [[nodiscard]] bool wants_progress() const { return arguments.progress && !arguments.quiet; }
};

// Sets arguments.simd to the level that CZIP_SIMD names, unless --simd named one. Error: this
// machine lacks that level.
Status choose_simd_level(Arguments& arguments);

}  // namespace czip::tool
