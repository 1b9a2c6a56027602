// Copies a file's content.
#pragma once

#include <functional>

#include "czip/base/error.hpp"

namespace czip::tool {

// Copies all of `from` to the empty file `to`; holes stay holes. `may_go_on` is called repeatedly,
// and its error ends the copying. Errors: io.
Status copy_file(int from, int to, const std::function<Status()>& may_go_on);

}  // namespace czip::tool
