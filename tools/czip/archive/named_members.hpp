// Tells inputs from members on the command line: czip -d ARCHIVE MEMBER...
#pragma once

#include <string>
#include <vector>

namespace czip::tool {

struct NamedInput {
  std::string name;
  std::vector<std::string> members;  // of the archive of that name; empty: all
};

// What follows an archive, or what cannot be read and may be one, is a member of it, unless it is a
// file that czip wrote.
[[nodiscard]] std::vector<NamedInput> inputs_and_members(const std::vector<std::string>& names);

}  // namespace czip::tool
