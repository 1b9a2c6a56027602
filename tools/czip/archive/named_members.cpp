#include "archive/named_members.hpp"

#include "io/formats.hpp"
#include "io/input.hpp"

namespace czip::tool {

std::vector<NamedInput> inputs_and_members(const std::vector<std::string>& names) {
  std::vector<NamedInput> inputs;
  bool in_archive = false;
  for (const std::string& name : names) {
    if (name == "-") {
      inputs.push_back({name, {}});
      in_archive = false;
      continue;
    }
    auto file = open_input(name, {.follow_links = true, .role = std::nullopt});
    const auto format = file ? detect_format(*file) : error_of(file);
    if (!format && in_archive) {
      inputs.back().members.push_back(name);
      continue;
    }
    inputs.push_back({name, {}});
    in_archive =
        format ? *format == FileFormat::czip_v2_archive : format.error().code == ErrorCode::io;
  }
  return inputs;
}

}  // namespace czip::tool
