// Errors as the command words them: what failed, why, and what to do about it.
#pragma once

#include <string>
#include <string_view>

#include "czip/base/error.hpp"

namespace czip::tool {

// What fail() returns; converts to every Result.
using Failure = tl::unexpected<Error>;

// An error in how the command is used; the message ends with what to type instead.
[[nodiscard]] Failure usage_error(std::string message);

// "`what`: reason; advice" for an error of the operating system. `error` is its errno.
[[nodiscard]] Error system_error(std::string_view what, int error);
[[nodiscard]] Failure system_failure(std::string_view what, int error);

// The error that the reader of an output has left. It has no message: nobody needs to be told.
[[nodiscard]] Failure broken_pipe();

// `error` with the name of the file at fault in front.
[[nodiscard]] Failure failure_in(const std::string& file, const Error& error);

// Whether `error` means that the data are damaged.
[[nodiscard]] bool is_damage(const Error& error);

// Adds the advice to get another copy where `error` means damage.
[[nodiscard]] Error advise_another_copy(Error error);

}  // namespace czip::tool
