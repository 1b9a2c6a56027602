// Floats that begin at a multiple of 64 bytes, as the kernels want them.
#pragma once

#include <cstddef>
#include <vector>

namespace czip::v2::training {

// Zeros at first. Its size is rounded up to a multiple of 16.
class AlignedFloats {
 public:
  AlignedFloats() = default;
  explicit AlignedFloats(std::size_t size) : lines_((size + kLine - 1) / kLine) {}

  [[nodiscard]] std::size_t size() const { return lines_.size() * kLine; }
  [[nodiscard]] float* data() { return lines_.empty() ? nullptr : lines_.data()->values; }
  [[nodiscard]] const float* data() const {
    return lines_.empty() ? nullptr : lines_.data()->values;
  }
  // Keeps what is there.
  void resize(std::size_t size) { lines_.resize((size + kLine - 1) / kLine); }

 private:
  static constexpr std::size_t kLine = 16;
  struct alignas(64) Line {
    float values[kLine] = {};
  };
  std::vector<Line> lines_;
};

}  // namespace czip::v2::training
