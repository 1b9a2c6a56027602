// Errors of the C interface: how those of the library become a czip_status and a message.
#pragma once

#include <exception>
#include <new>
#include <string>
#include <utility>

#include "czip.h"
#include "czip/base/error.hpp"

namespace czip::c_api {

// What a sink of fixed size fails with. Only this interface has it.
inline constexpr ErrorCode kDstTooSmall{CZIP_ERROR_DST_TOO_SMALL};

// Keeps the message for czip_last_error of this thread. Allocates nothing.
czip_status report(const Error& error) noexcept;
czip_status report(ErrorCode code, const char* message) noexcept;

[[nodiscard]] inline tl::unexpected<Error> null_pointer(const char* name) {
  return fail(ErrorCode::invalid_argument, std::string(name) + " is null");
}

// The error of a callback, which may return any number.
[[nodiscard]] tl::unexpected<Error> callback_failure(const char* callback, czip_status status);

// Calls `function`, which returns a Status. No exception leaves it.
template <class Function>
czip_status guarded(const Function& function) noexcept {
  try {
    const Status status = function();
    return status ? CZIP_OK : report(status.error());
  } catch (const std::bad_alloc&) {
    return report(ErrorCode::out_of_memory, "out of memory");
  } catch (const std::exception& exception) {
    return report(ErrorCode::internal, exception.what());
  } catch (...) {
    return report(ErrorCode::internal, "an unknown exception");
  }
}

}  // namespace czip::c_api
