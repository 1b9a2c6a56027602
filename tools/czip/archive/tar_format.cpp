#include "archive/tar_format.hpp"

namespace czip::tool::tar {

std::uint32_t checksum(const Block& header) {
  std::uint32_t sum = kChecksum.size * ' ';
  for (std::size_t i = 0; i < header.size(); ++i)
    if (i < kChecksum.offset || i >= kChecksum.offset + kChecksum.size) sum += header[i];
  return sum;
}

}  // namespace czip::tool::tar
