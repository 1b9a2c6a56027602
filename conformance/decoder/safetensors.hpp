// czip-model-v2.md, sections 1 and 3.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bytes.hpp"

namespace reference {

struct Tensor {
  std::string dtype;
  std::vector<std::uint64_t> shape;
  const std::uint8_t* data = nullptr;  // in the file's bytes
  std::size_t size = 0;                // in bytes
};

struct Safetensors {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

// The tensors point into `file`, which must outlive them.
Safetensors parse_safetensors(const Bytes& file);
// The metadata must have a format.
Hash128 content_hash(const Safetensors& file);

}  // namespace reference
