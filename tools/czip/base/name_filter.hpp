// Which names a command is about.
#pragma once

#include <string>
#include <vector>

namespace czip::tool {

// Patterns are those of the shell; `*` matches a slash, too. A pattern matches a name if it matches
// all of it or what follows one of its slashes.
struct NameFilter {
  std::vector<std::string> exclude;
  std::vector<std::string> include;  // of files; empty: all

  [[nodiscard]] bool excludes(const std::string& name) const;
  // Whether it excludes the name or a folder above it.
  [[nodiscard]] bool excludes_above(const std::string& name) const;
  [[nodiscard]] bool includes(const std::string& name) const;
};

}  // namespace czip::tool
