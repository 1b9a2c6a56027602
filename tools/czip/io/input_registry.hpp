// The files that this command reads. No output may replace one of them, whatever name it has: files
// are compared by device and inode, so links are seen through.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "czip/base/error.hpp"

namespace czip::tool {

enum class InputRole : std::uint8_t {
  text,    // what the command works on, which --rm may remove when it is done
  helper,  // what it needs besides: a model, a tokenizer, a checked text
};

// Registers an input. open_input() does so; register earlier what is read only after an output was
// written. Only regular files and block devices count: others have no content to lose.
void register_input(const struct stat& file, InputRole role);
// The same by name; does nothing where there is no such file.
void register_input(const std::string& name, InputRole role);

[[nodiscard]] bool is_input(const struct stat& file);
// Whether it is an input in the role of a helper.
[[nodiscard]] bool is_helper(const struct stat& file);

// Error: `file`, which an output called `name` would replace, is an input.
Status check_is_no_input(const struct stat& file, const std::string& name);

}  // namespace czip::tool
