#include "czip/codec/v2/coding/block_settings.hpp"

#include <algorithm>
#include <bit>

namespace czip::v2 {
namespace {

// A stream of the network gets at least this many bytes of text, because each begins without
// context. Chosen, not tuned; any number of streams can be decoded.
constexpr std::uint64_t kMinStreamBytes = std::uint64_t{16} << 10;
// 16 or 64 streams are no faster than 8 (AVX-512; 1 MB of English), and 0.3 and 0.8 % larger.
constexpr int kUsefulStreamsLog2 = 3;

}  // namespace

std::uint8_t network_streams_log2(std::uint64_t text_bytes) {
  const std::uint64_t streams = std::max<std::uint64_t>(text_bytes / kMinStreamBytes, 1);
  return static_cast<std::uint8_t>(
      std::min<int>(static_cast<int>(std::bit_width(streams)) - 1, kUsefulStreamsLog2));
}

}  // namespace czip::v2
