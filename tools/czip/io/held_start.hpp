// A sink that holds back the first bytes until more follow.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"

namespace czip::tool {

// So what fails between the header of a frame and its first block, such as for want of memory, has
// written nothing.
class HeldStart final : public ByteSink {
 public:
  // `out` must outlive this object.
  explicit HeldStart(ByteSink& out) : out_(&out) {}

  Status write(std::span<const std::uint8_t> bytes) override {
    if (!std::exchange(has_begun_, true)) {
      held_.assign(bytes.begin(), bytes.end());
      return {};
    }
    CZIP_TRY(finish());
    return out_->write(bytes);
  }
  // Call it after the last write.
  Status finish() {
    const std::vector<std::uint8_t> start = std::exchange(held_, {});
    return start.empty() ? Status{} : out_->write(start);
  }

 private:
  ByteSink* out_;
  bool has_begun_ = false;
  std::vector<std::uint8_t> held_;
};

}  // namespace czip::tool
