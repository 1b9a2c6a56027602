// Skips tests that cannot run on this machine, for example because golden files are missing.
#pragma once

#include <doctest/doctest.h>

#include <string>

namespace czip::test {

// What a test program returns when nothing failed but a test was skipped; CTest shows it as
// skipped.
inline constexpr int kSkipReturnCode = 77;

inline bool any_skipped = false;

// Call it and return from the test case.
inline void skip(const std::string& why) {
  MESSAGE("skipped: " << why);
  any_skipped = true;
}

}  // namespace czip::test
