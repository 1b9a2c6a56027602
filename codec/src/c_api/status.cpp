#include "c_api/status.hpp"

#include <array>
#include <cstring>
#include <string>
#include <string_view>

namespace czip::c_api {
namespace {

constexpr std::size_t kMessageBytes = 512;
constinit thread_local std::array<char, kMessageBytes> last_message{};

constexpr bool is(czip_status status, ErrorCode code) { return status == static_cast<int>(code); }
static_assert(is(CZIP_ERROR_INVALID_ARGUMENT, ErrorCode::invalid_argument));
static_assert(is(CZIP_ERROR_IO, ErrorCode::io));
static_assert(is(CZIP_ERROR_OUT_OF_MEMORY, ErrorCode::out_of_memory));
static_assert(is(CZIP_ERROR_CANCELLED, ErrorCode::cancelled));
static_assert(is(CZIP_ERROR_OVER_LIMIT, ErrorCode::over_limit));
static_assert(is(CZIP_ERROR_CORRUPT, ErrorCode::corrupt));
static_assert(is(CZIP_ERROR_TRUNCATED, ErrorCode::truncated));
static_assert(is(CZIP_ERROR_UNSUPPORTED, ErrorCode::unsupported));
static_assert(is(CZIP_ERROR_MODEL_MISMATCH, ErrorCode::model_mismatch));
static_assert(is(CZIP_ERROR_INTERNAL, ErrorCode::internal));

const char* known_text(czip_status status) {
  switch (status) {
    case CZIP_OK:
      return "no error";
    case CZIP_ERROR_INVALID_ARGUMENT:
      return "invalid argument";
    case CZIP_ERROR_IO:
      return "reading or writing failed";
    case CZIP_ERROR_OUT_OF_MEMORY:
      return "out of memory";
    case CZIP_ERROR_CANCELLED:
      return "cancelled by the caller";
    case CZIP_ERROR_OVER_LIMIT:
      return "over the caller's limit";
    case CZIP_ERROR_CORRUPT:
      return "the data are damaged";
    case CZIP_ERROR_TRUNCATED:
      return "the data end too early";
    case CZIP_ERROR_UNSUPPORTED:
      return "not supported by this czip";
    case CZIP_ERROR_MODEL_MISMATCH:
      return "made with another model";
    case CZIP_ERROR_INTERNAL:
      return "a defect of czip";
    case CZIP_ERROR_DST_TOO_SMALL:
      return "the destination is too small";
    default:
      return nullptr;
  }
}

// Cuts at a character of UTF-8, not in one.
czip_status keep(ErrorCode code, std::string_view message) noexcept {
  if (message.size() >= kMessageBytes) {
    std::size_t size = kMessageBytes - 1;
    while (size > 0 && (static_cast<unsigned char>(message[size]) & 0xc0) == 0x80) --size;
    message = message.substr(0, size);
  }
  message.copy(last_message.data(), message.size());
  last_message[message.size()] = '\0';
  return static_cast<czip_status>(code);
}

}  // namespace

czip_status report(const Error& error) noexcept { return keep(error.code, error.message); }

czip_status report(ErrorCode code, const char* message) noexcept { return keep(code, message); }

tl::unexpected<Error> callback_failure(const char* callback, czip_status status) {
  const bool known = status != CZIP_OK && known_text(status) != nullptr;
  return fail(
      known ? static_cast<ErrorCode>(status) : ErrorCode::io,
      std::string("the callback ") + callback + " failed with status " + std::to_string(status));
}

}  // namespace czip::c_api

const char* czip_status_text(czip_status status) {
  const char* const text = czip::c_api::known_text(status);
  return text != nullptr ? text : "an unknown status";
}

const char* czip_last_error(void) { return czip::c_api::last_message.data(); }

unsigned czip_version_number(void) { return CZIP_VERSION_NUMBER; }

const char* czip_version_string(void) { return CZIP_VERSION_STRING; }
