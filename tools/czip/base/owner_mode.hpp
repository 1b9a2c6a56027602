// What archives keep of the owners of files.
#pragma once

#include <cstdint>

namespace czip::tool {

enum class OwnerMode : std::uint8_t {
  none,
  names,    // by name where the system knows it, else by number
  numbers,  // by number alone
};

}  // namespace czip::tool
