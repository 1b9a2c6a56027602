// What tests want of an imported model: a sink in memory, and how near it is to its source.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "czip/base/error.hpp"
#include "czip/import/network/architecture.hpp"
#include "czip/import/network/model_sink.hpp"
#include "czip/import/tensors.hpp"
#include "support/bytes.hpp"

namespace czip::test {

class MemorySink : public importer::ModelSink {
 public:
  Status expect(std::uint64_t size) override {
    expected = size;
    return {};
  }
  Status append(std::span<const std::uint8_t> more) override {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return {};
  }
  Result<std::span<const std::uint8_t>> written() override {
    return std::span(bytes).first(bytes.size());
  }
  Status overwrite(std::uint64_t offset, std::span<const std::uint8_t> with) override {
    std::ranges::copy(with, bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    return {};
  }

  Bytes bytes;
  std::uint64_t expected = 0;
};

// The difference of logits of some tokens below 20 from those in floating point, as a part of their
// spread; each row's mean does not count. 1 where the engine refuses the model.
[[nodiscard]] double relative_error(const importer::Architecture& architecture,
                                    const importer::TensorSet& tensors, const Bytes& imported);

}  // namespace czip::test
