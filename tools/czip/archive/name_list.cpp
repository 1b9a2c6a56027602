#include "archive/name_list.hpp"

#include <algorithm>
#include <cstdint>

#include "io/input.hpp"

namespace czip::tool {

Result<std::vector<std::string>> listed_names(const Arguments& arguments) {
  std::vector<std::string> names;
  if (arguments.files_from.empty()) return names;
  constexpr std::uint64_t kMaxBytes = std::uint64_t{256} << 20;
  CZIP_TRY_ASSIGN(const auto bytes,
                  read_file(arguments.files_from, kMaxBytes, "is too long a list of names"));
  const std::uint8_t end = std::ranges::find(bytes, 0) != bytes.end() ? 0 : '\n';
  for (auto begin = bytes.begin(); begin != bytes.end();) {
    const auto stop = std::find(begin, bytes.end(), end);
    if (begin != stop) names.emplace_back(begin, stop);
    begin = stop == bytes.end() ? stop : stop + 1;
  }
  return names;
}

}  // namespace czip::tool
