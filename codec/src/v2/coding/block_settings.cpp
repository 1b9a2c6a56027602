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

// The same for a language model, whose prediction needs less text to be good.
constexpr std::uint64_t kMinLanguageModelStreamBytes = std::uint64_t{4} << 10;

std::uint8_t streams_log2(std::uint64_t text_bytes, std::uint64_t stream_bytes, int most_log2) {
  const std::uint64_t streams = std::max<std::uint64_t>(text_bytes / stream_bytes, 1);
  return static_cast<std::uint8_t>(
      std::min<int>(static_cast<int>(std::bit_width(streams)) - 1, most_log2));
}

}  // namespace

std::uint8_t network_streams_log2(std::uint64_t text_bytes) {
  return streams_log2(text_bytes, kMinStreamBytes, kUsefulStreamsLog2);
}

std::uint8_t language_model_streams_log2(std::uint64_t text_bytes, std::uint8_t most_log2) {
  return streams_log2(text_bytes, kMinLanguageModelStreamBytes, most_log2);
}

}  // namespace czip::v2
