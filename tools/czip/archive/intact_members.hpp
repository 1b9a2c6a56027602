// Finds the members of a tar file of which parts are lost.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/salvage.hpp"

namespace czip::tool {

struct TarMembers {
  std::vector<v2::FileRange> intact;      // headers and content
  std::vector<std::string> intact_names;  // of the same
  std::vector<std::string> damaged;       // names, as far as they are known
};

// `lost` are the places in the tar where text is missing or zeros stand for it, in their order.
// Members are found by the checksums of their headers, and read by TarParser: what it refuses is
// damaged. A member is intact if nothing from its first header to its end is lost, and nothing just
// before it that may have been records of it. Time grows with the size of the tar.
Result<TarMembers> find_members(RandomAccessSource& tar, const std::vector<v2::LostText>& lost);

}  // namespace czip::tool
