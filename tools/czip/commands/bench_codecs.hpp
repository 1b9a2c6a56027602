// The compressors that `czip bench` compares with, each as a pair of functions over memory.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "czip/base/error.hpp"

namespace czip::tool {

using Bytes = std::vector<std::uint8_t>;

struct BenchCodec {
  std::string name;
  std::function<Result<Bytes>(std::span<const std::uint8_t> text)> compress;
  std::function<Result<Bytes>(std::span<const std::uint8_t> packed, std::size_t text_size)>
      decompress;
};

// zstd, brotli and xz with the settings that people use for speed and for size.
[[nodiscard]] std::vector<BenchCodec> other_codecs();

}  // namespace czip::tool
