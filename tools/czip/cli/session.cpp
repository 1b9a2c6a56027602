#include "cli/session.hpp"

#include <cstdlib>
#include <string>

#include "base/errors.hpp"
#include "cli/arguments.hpp"

namespace czip::tool {

Status choose_simd_level(Arguments& arguments) {
  const char* const wanted = std::getenv("CZIP_SIMD");
  if (!arguments.simd && wanted != nullptr && *wanted != '\0') {
    arguments.simd = parse_simd_level(wanted);
    if (!arguments.simd)
      return usage_error("CZIP_SIMD names no SIMD level: '" + std::string(wanted) +
                         "'; see czip --version");
  }
  if (!arguments.simd) return {};
  for (const SimdLevel level : supported_simd_levels())
    if (level == *arguments.simd) return {};
  return usage_error("this machine has no " + std::string(simd_level_name(*arguments.simd)) +
                     "; czip --version lists what it has");
}

}  // namespace czip::tool
