// Fewer cases of the same kind for builds that are many times slower.
#pragma once

#include <cstdlib>
#include <string_view>

namespace czip::test {

// The second where CZIP_TEST_FAST is 1 in the environment, as in the scripts of tests/cli; else the
// first. Presets with sanitizers and for emulation set it.
template <class T>
T full_or_fast(T full, T fast) {
  const char* const value = std::getenv("CZIP_TEST_FAST");
  return value != nullptr && std::string_view(value) == "1" ? fast : full;
}

}  // namespace czip::test
