// The sub-commands.
#pragma once

#include <cstdint>
#include <string_view>

#include "czip/base/error.hpp"

namespace czip::tool {

// Each command is one bit, so that an option can state all commands that have it.
enum class Command : std::uint32_t {
  files = 1 << 0,  // no sub-command: compress, or what -d, -t or -l says
  compress = 1 << 1,
  decompress = 1 << 2,
  test = 1 << 3,
  list = 1 << 4,
  verify = 1 << 5,
  selftest = 1 << 6,
  bench = 1 << 7,
  train = 1 << 8,
  compat_compress = 1 << 9,  // compress.zip's command line: -m MODEL -i IN -o OUT
  compat_decompress = 1 << 10,
  repair = 1 << 11,
  model = 1 << 16,
  inspect = 1 << 12,
  score = 1 << 13,
  compare = 1 << 14,
  classify = 1 << 15,
  append = 1 << 17,
  repack = 1 << 18,
  import_model = 1 << 19,
};

[[nodiscard]] constexpr unsigned bit(Command command) { return static_cast<unsigned>(command); }

// The word that selects a command; empty for `files` and the compat commands.
[[nodiscard]] std::string_view command_name(Command command);

// The command that `word` resembles; empty if there is none.
[[nodiscard]] std::string_view similar_command(std::string_view word);

// The sub-command of that name, else `files`. Error: a command of another version.
Result<Command> find_command(std::string_view word);

}  // namespace czip::tool
