// The JSON header of a safetensors file, parsed but not yet checked against the data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "czip/base/error.hpp"

namespace czip::safetensors {

inline constexpr std::size_t kMaxTensorRank = 8;

struct Header {
  struct Tensor {
    std::string dtype;
    std::vector<std::uint64_t> shape;    // at most kMaxTensorRank
    std::vector<std::uint64_t> offsets;  // [begin, end] within the data
  };

  std::map<std::string, Tensor, std::less<>> tensors;
  std::map<std::string, std::string, std::less<>> metadata;
};

// Reads the JSON text `header`. Refuses duplicate keys, unknown or missing fields, and values of
// another type than the format says; the memory used is proportional to the text.
Result<Header> parse_header(std::span<const std::uint8_t> header);

}  // namespace czip::safetensors
