#include "czip/codec/v2/coding/block_settings.hpp"

#include <algorithm>
#include <bit>

namespace czip::v2 {
namespace {

// A stream of the network gets at least this many bytes of text, because each begins without
// context. Chosen, not tuned; any number of streams can be decoded.
constexpr std::uint64_t kMinStreamBytes = std::uint64_t{16} << 10;

}  // namespace

std::uint8_t network_streams_log2(std::uint64_t text_bytes) {
  const std::uint64_t streams = std::max<std::uint64_t>(text_bytes / kMinStreamBytes, 1);
  return static_cast<std::uint8_t>(
      std::min<int>(static_cast<int>(std::bit_width(streams)) - 1, kMaxStreamsLog2));
}

}  // namespace czip::v2
