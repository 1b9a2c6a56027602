// Completions for shells, from the option table and the lists of commands and topics.
#pragma once

#include <string>

namespace czip::tool {

// Scripts that the shell reads: for bash by bash-completion, zsh from its $fpath, fish from its
// vendor_completions.d.
[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();
[[nodiscard]] std::string fish_completion();

}  // namespace czip::tool
