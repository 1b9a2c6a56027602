// Where an imported model goes: a file, most likely larger than memory.
#pragma once

#include <cstdint>
#include <span>

#include "czip/base/error.hpp"

namespace czip::importer {

class ModelSink {
 public:
  virtual ~ModelSink() = default;

  // Called first: so many bytes will come.
  virtual Status expect(std::uint64_t bytes) = 0;
  // Bytes behind those before.
  virtual Status append(std::span<const std::uint8_t> bytes) = 0;
  // All that was appended, to read it once: a file is mapped. Valid until `overwrite`.
  virtual Result<std::span<const std::uint8_t>> written() = 0;
  // Bytes in place of those from `offset` on.
  virtual Status overwrite(std::uint64_t offset, std::span<const std::uint8_t> bytes) = 0;
};

}  // namespace czip::importer
