// The exit statuses of the command.
#pragma once

#include "czip/base/error.hpp"

namespace czip::tool {

enum class ExitStatus : int {
  ok = 0,
  environment = 1,  // usage, missing files, full disks
  data = 2,         // damaged data, or data of another model
  internal = 3,     // a defect of czip
};

[[nodiscard]] ExitStatus exit_status(ErrorCode code);

// The higher of two statuses.
[[nodiscard]] ExitStatus more_severe(ExitStatus a, ExitStatus b);

}  // namespace czip::tool
