#include "base/errors.hpp"

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/text.hpp"

namespace czip::tool {
namespace {

std::string_view advice(int error, std::string_view no_room) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return no_room;
    case EFBIG:
      return "raise the limit on file sizes (ulimit -f)";
    case ENOENT:
      return "check the name";
    case EACCES:
    case EPERM:
      return "check its permissions";
    case ENAMETOOLONG:
      return "name another file with -o";
    default:
      return "";
  }
}

}  // namespace

Failure usage_error(std::string message) {
  return fail(ErrorCode::invalid_argument, std::move(message));
}

Error system_error(std::string_view what, int error, std::string_view no_room) {
  std::string message(what);
  message += ": ";
  message += std::generic_category().message(error);
  const std::string_view what_to_do = advice(error, no_room);
  if (!what_to_do.empty()) message += "; ";
  message += what_to_do;
  return Error{ErrorCode::io, std::move(message)};
}

Failure system_failure(std::string_view what, int error) {
  return Failure(system_error(what, error));
}

Failure broken_pipe() { return fail(ErrorCode::io, {}); }

Failure failure_in(const std::string& file, const Error& error) {
  return fail(error.code, printable(file) + ": " + error.message);
}

bool blames_data(const Error& error) {
  switch (error.code) {
    case ErrorCode::corrupt:
    case ErrorCode::truncated:
    case ErrorCode::unsupported:
    case ErrorCode::model_mismatch:
      return true;
    default:
      return false;
  }
}

Error advise(Error error) {
  const bool damage = error.code == ErrorCode::corrupt || error.code == ErrorCode::truncated;
  if (damage && error.message.find("not a CZIP") == std::string::npos)
    error.message += "; the file is damaged, get another copy";
  const bool memory = error.message.find(" memory") != std::string::npos;
  if (error.code == ErrorCode::over_limit && memory) error.message += "; -M LIMIT allows more";
  return error;
}

}  // namespace czip::tool
