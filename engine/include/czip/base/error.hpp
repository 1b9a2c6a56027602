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
  cancelled = 4,        // the caller asked to stop
  over_limit = 5,       // it would take more memory or output than the caller allows
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

// A value or an Error, which the caller must not ignore. It stands in for C++23's std::expected.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

using Status = Result<void>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

// The error of a failed Result, for a function that returns another kind of Result.
template <class T>
[[nodiscard]] tl::unexpected<Error> error_of(const Result<T>& failed) {
  return tl::unexpected<Error>(failed.error());
}
template <class T>
[[nodiscard]] tl::unexpected<Error> error_of(Result<T>&& failed) {
  return tl::unexpected<Error>(std::move(failed.error()));
}

}  // namespace czip

#define CZIP_JOIN_AGAIN(a, b) a##b
#define CZIP_JOIN(a, b) CZIP_JOIN_AGAIN(a, b)
#define CZIP_RESULT CZIP_JOIN(czip_result_, __LINE__)

// CZIP_TRY(result): returns the error of a Result, given as an expression or a variable, from the
// calling function; does nothing where there is none.
#define CZIP_TRY(...)                                       \
  do {                                                      \
    auto&& CZIP_RESULT = (__VA_ARGS__);                     \
    if (!CZIP_RESULT) return ::czip::error_of(CZIP_RESULT); \
  } while (false)

// CZIP_TRY_ASSIGN(const auto value, result): returns the error of the expression's Result from the
// calling function; where there is none, moves the Result's value into the declared variable.
#define CZIP_TRY_ASSIGN(declaration, ...)                            \
  auto CZIP_RESULT = (__VA_ARGS__);                                  \
  if (!CZIP_RESULT) return ::czip::error_of(std::move(CZIP_RESULT)); \
  declaration = *std::move(CZIP_RESULT)
