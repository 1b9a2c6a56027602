#include "commands/bench_codecs.hpp"

#include <brotli/decode.h>
#include <brotli/encode.h>
#include <lzma.h>
#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "czip/base/error.hpp"

namespace czip::tool {
namespace {

Failure failed(const std::string& name) { return fail(ErrorCode::internal, name + " failed"); }

BenchCodec zstd(int level) {
  const std::string name = "zstd -" + std::to_string(level);
  const auto compress = [=](std::span<const std::uint8_t> text) -> Result<Bytes> {
    Bytes packed(ZSTD_compressBound(text.size()));
    const std::size_t n =
        ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), level);
    if (ZSTD_isError(n) != 0) return failed(name);
    packed.resize(n);
    return packed;
  };
  const auto decompress = [=](std::span<const std::uint8_t> packed,
                              std::size_t size) -> Result<Bytes> {
    Bytes text(size);
    const std::size_t n = ZSTD_decompress(text.data(), size, packed.data(), packed.size());
    if (ZSTD_isError(n) != 0 || n != size) return failed(name);
    return text;
  };
  return {name, compress, decompress};
}

BenchCodec brotli(int quality) {
  const std::string name = "brotli -q " + std::to_string(quality);
  const auto compress = [=](std::span<const std::uint8_t> text) -> Result<Bytes> {
    Bytes packed(BrotliEncoderMaxCompressedSize(text.size()) + 16);
    std::size_t n = packed.size();
    if (BrotliEncoderCompress(quality, BROTLI_MAX_WINDOW_BITS, BROTLI_MODE_TEXT, text.size(),
                              text.data(), &n, packed.data()) == BROTLI_FALSE)
      return failed(name);
    packed.resize(n);
    return packed;
  };
  const auto decompress = [=](std::span<const std::uint8_t> packed,
                              std::size_t size) -> Result<Bytes> {
    Bytes text(size);
    std::size_t n = size;
    if (BrotliDecoderDecompress(packed.size(), packed.data(), &n, text.data()) !=
            BROTLI_DECODER_RESULT_SUCCESS ||
        n != size)
      return failed(name);
    return text;
  };
  return {name, compress, decompress};
}

BenchCodec xz() {
  const std::string name = "xz -9e";
  const auto compress = [=](std::span<const std::uint8_t> text) -> Result<Bytes> {
    Bytes packed(lzma_stream_buffer_bound(text.size()));
    std::size_t n = 0;
    if (lzma_easy_buffer_encode(9 | LZMA_PRESET_EXTREME, LZMA_CHECK_CRC64, nullptr, text.data(),
                                text.size(), packed.data(), &n, packed.size()) != LZMA_OK)
      return failed(name);
    packed.resize(n);
    return packed;
  };
  const auto decompress = [=](std::span<const std::uint8_t> packed,
                              std::size_t size) -> Result<Bytes> {
    Bytes text(size);
    std::uint64_t memory_limit = UINT64_MAX;
    std::size_t in = 0;
    std::size_t out = 0;
    if (lzma_stream_buffer_decode(&memory_limit, 0, nullptr, packed.data(), &in, packed.size(),
                                  text.data(), &out, size) != LZMA_OK ||
        out != size)
      return failed(name);
    return text;
  };
  return {name, compress, decompress};
}

}  // namespace

std::vector<BenchCodec> other_codecs() { return {zstd(3), zstd(19), brotli(11), xz()}; }

}  // namespace czip::tool
