#include "cli/exit_status.hpp"

#include <algorithm>

namespace czip::tool {

ExitStatus exit_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::io:
    case ErrorCode::out_of_memory:
    case ErrorCode::cancelled:
    case ErrorCode::over_limit:
      return ExitStatus::environment;
    case ErrorCode::corrupt:
    case ErrorCode::truncated:
    case ErrorCode::unsupported:
    case ErrorCode::model_mismatch:
      return ExitStatus::data;
    case ErrorCode::internal:
      return ExitStatus::internal;
  }
  return ExitStatus::internal;
}

ExitStatus more_severe(ExitStatus a, ExitStatus b) { return std::max(a, b); }

}  // namespace czip::tool
