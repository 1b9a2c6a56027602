// What the bits of a sum depend on besides its operands: the rounding mode, and whether numbers too
// small to be normal count as 0. A program that is linked with -ffast-math starts with the latter.
#pragma once

#include <cfenv>

namespace czip::v2::training {

// As IEEE 754 has it on this thread, while this exists.
class StandardFloatEnvironment {
 public:
  StandardFloatEnvironment() {
    std::fegetenv(&saved_);
    std::fesetenv(FE_DFL_ENV);
  }
  ~StandardFloatEnvironment() { std::fesetenv(&saved_); }
  StandardFloatEnvironment(const StandardFloatEnvironment&) = delete;
  StandardFloatEnvironment& operator=(const StandardFloatEnvironment&) = delete;

 private:
  std::fenv_t saved_{};
};

}  // namespace czip::v2::training
