// Builds that are many times slower, with sanitizers or under emulation, try fewer cases of the same
// kind: those run with CZIP_TEST_FAST=1 in the environment, as the scripts of tests/cli do.
#pragma once

#include <cstdlib>
#include <string_view>

namespace czip::test {

// The second where CZIP_TEST_FAST is 1, else the first.
template <class T>
T full_or_fast(T full, T fast) {
  const char* const value = std::getenv("CZIP_TEST_FAST");
  return value != nullptr && std::string_view(value) == "1" ? fast : full;
}

}  // namespace czip::test
