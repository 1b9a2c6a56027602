// Decodes a compact frame to see whether its check holds.
#pragma once

#include <cstdint>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/codec.hpp"
#include "v2/container/salvage_models.hpp"

namespace czip::v2 {

class CompactTester {
 public:
  CompactTester(const ModelFinder& models, RandomAccessSource& in, std::uint64_t file_bytes,
                SimdLevel simd);

  // False: damaged, of a model that is missing, or more bytes were tested in vain than the file's
  // size justifies. Errors: those of the source and of the finder.
  Result<bool> test(std::uint64_t offset);

 private:
  SalvageModels models_;
  RandomAccessSource* in_;
  BlockCoder coder_;
  std::uint64_t left_;  // bytes that may still be tested in vain
};

}  // namespace czip::v2
