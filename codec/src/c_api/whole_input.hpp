// All input of a stream, for CZIPv1, which is coded as a whole.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "c_api/exchange.hpp"
#include "czip/base/error.hpp"

namespace czip::c_api {

// `begun` and what is still to be read, at most `limit` bytes (0: any number).
inline Result<std::vector<std::uint8_t>> read_whole(Exchange& exchange,
                                                    std::vector<std::uint8_t> begun,
                                                    std::uint64_t limit) {
  constexpr std::size_t kPart = std::size_t{64} << 10;
  if (begun.empty()) CZIP_TRY(exchange.begin_part());
  std::vector<std::uint8_t> part(kPart);
  for (;;) {
    CZIP_TRY_ASSIGN(const std::size_t count, exchange.read(part));
    if (count == 0) return begun;
    begun.insert(begun.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(count));
    if (limit != 0 && begun.size() > limit)
      return fail(ErrorCode::over_limit,
                  "CZIPv1 is coded in memory, and the input has more than "
                  "the " +
                      std::to_string(limit) + " bytes of the memory limit");
  }
}

}  // namespace czip::c_api
