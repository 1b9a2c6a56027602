#include "base/errors.hpp"

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/text.hpp"

namespace czip::tool {
namespace {

std::string_view advice(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "; make room, or name another place with -o";
    case EFBIG:
      return "; raise the limit on file sizes (ulimit -f)";
    case ENOENT:
      return "; check the name";
    case EACCES:
    case EPERM:
      return "; check its permissions";
    default:
      return "";
  }
}

}  // namespace

Failure usage_error(std::string message) {
  return fail(ErrorCode::invalid_argument, std::move(message));
}

Error system_error(std::string_view what, int error) {
  std::string message(what);
  message += ": ";
  message += std::generic_category().message(error);
  message += advice(error);
  return Error{ErrorCode::io, std::move(message)};
}

Failure system_failure(std::string_view what, int error) {
  return Failure(system_error(what, error));
}

Failure broken_pipe() { return fail(ErrorCode::io, {}); }

Failure failure_in(const std::string& file, const Error& error) {
  return fail(error.code, printable(file) + ": " + error.message);
}

bool is_damage(const Error& error) {
  return error.code == ErrorCode::corrupt || error.code == ErrorCode::truncated;
}

Error advise_another_copy(Error error) {
  if (is_damage(error) && error.message.find("not a CZIP") == std::string::npos)
    error.message += "; the file is damaged, get another copy";
  return error;
}

}  // namespace czip::tool
