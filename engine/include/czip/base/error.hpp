// How every czip library reports failure: by value, never by exception, exit or message on a
// terminal.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace czip {

// What kind of thing went wrong. The values are stable; a tool maps them to its exit status.
enum class ErrorCode : std::uint8_t {
  invalid_argument = 1,  // the caller asked for something that cannot be done
  io = 2,                // reading or writing failed (full disk, missing file, ...)
  out_of_memory = 3,
  corrupt = 10,         // the data contradicts itself
  truncated = 11,       // the data ends too early
  unsupported = 12,     // well formed, but a version, flag or shape that this czip does not know
  model_mismatch = 20,  // the data was made with another model
  internal = 30,        // a defect of czip itself
};

// One failure. `message` says what happened and where, in one line without a trailing period.
struct Error {
  ErrorCode code;
  std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace czip
