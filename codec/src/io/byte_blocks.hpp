// A growing sequence of bytes in blocks: growing never copies what is there, unlike a vector's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace czip {

class ByteBlocks {
 public:
  void append(std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
      if (blocks_.empty() || blocks_.back().size() == kBlockBytes) {
        blocks_.emplace_back();
        // The first block grows by itself, so that a short sequence stays small.
        if (blocks_.size() > 1) blocks_.back().reserve(kBlockBytes);
      }
      std::vector<std::uint8_t>& block = blocks_.back();
      const std::size_t count = std::min(bytes.size(), kBlockBytes - block.size());
      block.insert(block.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
      bytes = bytes.subspan(count);
      size_ += count;
    }
  }

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const std::vector<std::vector<std::uint8_t>>& blocks() const { return blocks_; }

 private:
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

  std::vector<std::vector<std::uint8_t>> blocks_;
  std::uint64_t size_ = 0;
};

}  // namespace czip
