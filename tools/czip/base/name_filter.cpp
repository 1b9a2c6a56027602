#include "base/name_filter.hpp"

#include <fnmatch.h>

#include <algorithm>

namespace czip::tool {
namespace {

bool matches(const std::string& pattern, const std::string& name) {
  for (std::size_t begin = 0;;) {
    if (fnmatch(pattern.c_str(), name.c_str() + begin, 0) == 0) return true;
    begin = name.find('/', begin);
    if (begin == std::string::npos) return false;
    ++begin;
  }
}

bool any_matches(const std::vector<std::string>& patterns, const std::string& name) {
  return std::ranges::any_of(patterns,
                             [&](const std::string& pattern) { return matches(pattern, name); });
}

}  // namespace

bool NameFilter::excludes(const std::string& name) const { return any_matches(exclude, name); }

bool NameFilter::excludes_above(const std::string& name) const {
  if (exclude.empty()) return false;
  for (std::size_t end = name.find('/'); end != std::string::npos; end = name.find('/', end + 1))
    if (excludes(name.substr(0, end))) return true;
  return excludes(name);
}

bool NameFilter::includes(const std::string& name) const {
  return include.empty() || any_matches(include, name);
}

}  // namespace czip::tool
