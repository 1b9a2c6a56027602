#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <system_error>

#include "c_api/model.hpp"
#include "czip/base/in_quotes.hpp"

namespace czip::c_api {

// A pipe or a device may never end, so only regular files are read.
Result<std::vector<std::uint8_t>> read_file(const char* path) {
  const std::string name = in_quotes(path);
  std::error_code error;
  const auto type = std::filesystem::status(path, error).type();
  if (type == std::filesystem::file_type::not_found)
    return fail(ErrorCode::io, name + ": no such file");
  if (error) return fail(ErrorCode::io, name + ": cannot be read: " + error.message());
  if (type != std::filesystem::file_type::regular)
    return fail(ErrorCode::io, name + ": is not a regular file");
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return fail(ErrorCode::io, name + ": cannot be read: " + error.message());
  if (size > static_cast<std::uintmax_t>(std::numeric_limits<std::ptrdiff_t>::max()))
    return fail(ErrorCode::out_of_memory, name + ": does not fit this machine's memory");
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::io, name + ": cannot be opened");
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file || file.gcount() != static_cast<std::streamsize>(bytes.size()))
    return fail(ErrorCode::io, name + ": cannot be read to its end");
  return bytes;
}

}  // namespace czip::c_api
