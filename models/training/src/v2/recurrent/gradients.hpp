// The gradients of one group of streams. Few rows of a table have one, so these lie close together.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "v2/recurrent/parameters.hpp"

namespace czip::v2::training {

class RowGradients {
 public:
  // Of a table of `rows` rows, at most `most` of which have gradients at one time.
  RowGradients(std::size_t rows, std::size_t width, std::size_t most)
      : width_(width), slots_(rows, kNone), values_(std::min(rows, most) * width) {}

  // The row's gradient: zeros if it has none yet. Stays where it is until clear().
  float* of(std::size_t row) {
    if (slots_[row] == kNone) {
      slots_[row] = static_cast<std::uint32_t>(rows_.size());
      rows_.push_back(static_cast<std::uint16_t>(row));
      std::fill_n(values_.data() + slots_[row] * width_, width_, 0.0F);
    }
    return values_.data() + slots_[row] * width_;
  }

  // Null: none.
  [[nodiscard]] const float* find(std::size_t row) const {
    return slots_[row] == kNone ? nullptr : values_.data() + slots_[row] * width_;
  }

  // Those that have a gradient.
  [[nodiscard]] std::span<const std::uint16_t> rows() const { return rows_; }

  void clear() {
    for (const std::uint16_t row : rows_) slots_[row] = kNone;
    rows_.clear();
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  std::size_t width_;
  std::vector<std::uint32_t> slots_;  // of each row
  std::vector<std::uint16_t> rows_;   // by slot
  AlignedFloats values_;
};

struct RecurrentGradients {
  // For passes over `tokens` tokens in all.
  RecurrentGradients(const RecurrentShape& shape, std::size_t token_count)
      : tokens(shape.vocabulary, shape.token_width(), token_count),
        nodes(shape.vocabulary, shape.node_width(), token_count * kMaxTreeDepth),
        weights(shape.hidden * shape.state) {}

  void clear() {
    tokens.clear();
    nodes.clear();
    std::fill_n(weights.data(), weights.size(), 0.0F);
    cost = 0;
  }

  RowGradients tokens;
  RowGradients nodes;
  AlignedFloats weights;
  double cost = 0;  // in nats
};

}  // namespace czip::v2::training
