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

// "`what`: reason; advice" for an error of the operating system. `error` is its errno, and `no_room` the advice
// for a full disk.
[[nodiscard]] Error system_error(std::string_view what, int error,
                                 std::string_view no_room =
                                     "make room, or name another place with "
                                     "-o");
[[nodiscard]] Failure system_failure(std::string_view what, int error);

// The error that the reader of an output has left. It has no message: nobody needs to be told.
[[nodiscard]] Failure broken_pipe();

// `error` with the name of the file at fault in front.
[[nodiscard]] Failure failure_in(const std::string& file, const Error& error);

// Whether the data are at fault, rather than the machine or a limit. A damaged field may name any
// version or model.
[[nodiscard]] bool blames_data(const Error& error);

// Adds what to do about damaged data and about a memory limit that is too low.
[[nodiscard]] Error advise(Error error);

}  // namespace czip::tool
