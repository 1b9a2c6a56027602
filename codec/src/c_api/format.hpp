// Which format a file is of.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "czip/base/error.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/codec.hpp"

namespace czip::c_api {

enum class Format : std::uint8_t { v1 = 1, v2 = 2 };

// Fewer bytes are no file of either format.
inline constexpr std::size_t kLeastFormatBytes = 2;
// What format_of needs of a file, unless the file is shorter. The last character of CZIPv1's magic
// is its version, on which the reader reports.
inline constexpr std::string_view kV1Beginning = v1::kMagic.substr(0, v1::kMagic.size() - 1);
inline constexpr std::size_t kFormatBytes = kV1Beginning.size();

// Errors: truncated (hardly a byte), corrupt (something else).
inline Result<Format> format_of(std::span<const std::uint8_t> begun) {
  if (begun.size() < kLeastFormatBytes)
    return fail(ErrorCode::truncated, "the file has " + std::to_string(begun.size()) +
                                          " bytes, and no compressed file has so few");
  if (v2::has_magic(begun)) return Format::v2;
  const std::size_t count = std::min(begun.size(), kFormatBytes);
  for (std::size_t i = 0; i < count; ++i)
    if (begun[i] != static_cast<std::uint8_t>(kV1Beginning[i]))
      return fail(ErrorCode::corrupt, "this is not a file that czip wrote");
  return Format::v1;
}

}  // namespace czip::c_api
