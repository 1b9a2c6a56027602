// A czip-llm-v1 model computed token by token, as conformance/czip-network-llm.md has it: no tiles
// of keys, no rows together, no threads, no kernels of czip; only its functions of single numbers,
// which tests/engine/llm/functions_test.cpp checks by hand.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "czip/engine/llm/weights.hpp"

namespace czip::test {

class PlainModel {
 public:
  using Numbers = std::vector<std::int32_t>;

  PlainModel(const llm::Weights& weights, std::uint32_t window)
      : w_(weights), c_(weights.config), window_(window), slots_(c_.layers * c_.kv_heads) {}

  // The logits after `token`.
  Numbers step(std::uint32_t token) {
    if (position_ == window_) move();
    Numbers r(c_.width);
    for (std::size_t i = 0; i < r.size(); ++i) {
      const auto weight = static_cast<std::int8_t>(w_.embedding[token * c_.width + i]);
      r[i] = clamp_to(
          round_shift(weight * std::int64_t{w_.embedding_scale[token]}, w_.embedding_shift),
          llm::kBound);
      if (c_.rotary == 0)
        r[i] = clamp_to(std::int64_t{r[i]} + w_.positions[position_ * c_.width + i], llm::kBound);
    }
    residuals_ = {r};
    for (std::size_t layer = 0; layer < c_.layers; ++layer) {
      add(r, product(w_.layers[layer].output, quantize(attention(layer, r), 0)));
      residuals_.push_back(r);
      add(r, product(w_.layers[layer].down, hidden(w_.layers[layer], r)));
      residuals_.push_back(r);
    }
    ++position_;
    return product(w_.head, normalize(r));
  }

  // Of the last step: after the embedding, then after each half of a layer.
  [[nodiscard]] const std::vector<Numbers>& residuals() const { return residuals_; }
  // Of the next token.
  [[nodiscard]] std::size_t position() const { return position_; }

 private:
  struct Vector {
    std::vector<std::int8_t> x;
    llm::VectorScale scale;
  };
  struct Slot {
    Numbers key;
    Numbers value;
  };

  static std::uint32_t largest(const Numbers& y) {
    std::uint32_t result = 0;
    for (const std::int32_t value : y)
      result = std::max(result, static_cast<std::uint32_t>(magnitude(value)));
    return result;
  }
  static Vector quantize(const Numbers& y, int shift) {
    Vector v;
    const llm::Quantization how = llm::quantization_of(largest(y));
    for (const std::int32_t value : y) v.x.push_back(llm::quantized(value, how));
    v.scale = llm::quantized_scale(largest(y));
    v.scale.exponent -= shift;
    return v;
  }
  [[nodiscard]] Vector normalize(const Numbers& r) const {
    Vector v = quantize(r, 0);
    std::uint64_t sum = 0;
    for (const std::int32_t value : r) {
      const std::int64_t shifted = value >> llm::square_shift(largest(r));
      sum += static_cast<std::uint64_t>(shifted * shifted);
    }
    v.scale = llm::normalized_scale(largest(r), sum, c_.epsilon);
    return v;
  }
  static Numbers product(const llm::Matrix& m, const Vector& v) {
    Numbers y(m.outputs);
    for (std::size_t o = 0; o < m.outputs; ++o) {
      std::int32_t acc = 0;
      for (std::size_t i = 0; i < m.inputs; ++i)
        acc +=
            (m.tiles[((o / 32 * (m.inputs / 4) + i / 4) * 32 + o % 32) * 4 + i % 4] - 128) * v.x[i];
      y[o] = llm::rescaled(acc, m.scale[o], llm::rescale_of(m.inputs, m.shift, v.scale));
      if (!m.bias.empty()) y[o] = clamp_to(std::int64_t{y[o]} + m.bias[o], llm::kBound);
    }
    return y;
  }
  static void add(Numbers& r, const Numbers& y) {
    for (std::size_t i = 0; i < r.size(); ++i)
      r[i] = clamp_to(std::int64_t{r[i]} + y[i], llm::kBound);
  }

  // Turns a head by the angles of a position, or back.
  void rotate(Numbers& head, std::size_t position, bool back) const {
    const std::size_t half = c_.rotary / 2;
    for (std::size_t i = 0; i < half; ++i) {
      const std::int32_t cosine = w_.rotary[position * c_.rotary + i];
      const std::int32_t sine = w_.rotary[position * c_.rotary + half + i] * (back ? -1 : 1);
      const std::int32_t a = head[i];
      const std::int32_t b = head[i + half];
      head[i] = llm::rotated_first(a, b, cosine, sine);
      head[i + half] = llm::rotated_second(a, b, cosine, sine);
    }
  }
  [[nodiscard]] Numbers part(const Numbers& y, std::size_t head, std::int32_t bound) const {
    Numbers result(y.begin() + static_cast<std::ptrdiff_t>(head * c_.head_size),
                   y.begin() + static_cast<std::ptrdiff_t>((head + 1) * c_.head_size));
    for (std::int32_t& value : result) value = clamp_to(value, bound);
    return result;
  }

  Numbers attention(std::size_t layer, const Numbers& r) {
    const Numbers y = product(w_.layers[layer].qkv, normalize(r));
    for (std::size_t g = 0; g < c_.kv_heads; ++g) {
      Slot slot{part(y, c_.heads + g, llm::kQueryBound),
                part(y, c_.heads + c_.kv_heads + g, llm::kValueBound)};
      rotate(slot.key, position_, false);
      for (std::int32_t& k : slot.key) k = clamp_to(k, llm::kKeyBound);
      slots_[layer * c_.kv_heads + g].push_back(slot);
    }
    Numbers out;
    for (std::size_t h = 0; h < c_.heads; ++h) {
      Numbers query = part(y, h, llm::kQueryBound);
      rotate(query, position_, false);
      const std::size_t g = h / (c_.heads / c_.kv_heads);
      const Numbers c =
          attend(query, slots_[layer * c_.kv_heads + g], w_.layers[layer].score_shift);
      out.insert(out.end(), c.begin(), c.end());
    }
    return out;
  }

  [[nodiscard]] Numbers attend(const Numbers& query, const std::vector<Slot>& slots,
                               int score_shift) const {
    const int u = llm::query_shift(largest(query));
    Numbers scores;
    for (const Slot& slot : slots) {
      std::int32_t score = 0;
      for (std::size_t i = 0; i < query.size(); ++i)
        score += llm::scored_query(query[i], u) * slot.key[i];
      scores.push_back(score);
    }
    const std::int32_t most = *std::ranges::max_element(scores);
    std::vector<std::uint32_t> weights;
    std::uint64_t sum = 0;
    for (const std::int32_t score : scores) {
      weights.push_back(llm::exp2_weight(llm::score_gap(most, score, score_shift - u), w_.exp2));
      sum += weights.back();
    }
    Numbers c(query.size());
    for (std::size_t t = 0; t < slots.size(); ++t)
      for (std::size_t i = 0; i < c.size(); ++i)
        c[i] += llm::attention_weight(weights[t], llm::attention_factor(sum)) * slots[t].value[i];
    return c;
  }

  [[nodiscard]] Vector hidden(const llm::Layer& layer, const Numbers& r) const {
    const Numbers y = product(layer.up, normalize(r));
    Numbers z(c_.feed_forward);
    for (std::size_t i = 0; i < z.size(); ++i) {
      const std::int32_t a = llm::activation(clamp_to(y[i], llm::kHiddenBound), w_.gate);
      z[i] = c_.gated == 0 ? llm::ungated(a)
                           : llm::gated(a, clamp_to(y[i + c_.feed_forward], llm::kHiddenBound));
    }
    const int shift = llm::transform_shift(largest(z), c_.block);
    Numbers transformed(z.size());
    for (std::size_t i = 0; i < z.size(); ++i) {
      std::int64_t sum = 0;
      const std::size_t first = i - i % c_.block;
      for (std::size_t j = 0; j < c_.block; ++j) {
        const std::int64_t term = round_shift(z[first + j], shift);
        sum += std::popcount((i % c_.block) & j) % 2 == 0 ? term : -term;
      }
      transformed[i] = static_cast<std::int32_t>(sum);
    }
    return quantize(transformed, shift);
  }

  void move() {
    if (c_.rotary == 0) {
      for (auto& slots : slots_) slots.clear();
      position_ = 0;
      return;
    }
    const std::uint32_t kept = std::min(c_.kept, window_ / 4);
    const std::uint32_t n = (window_ - kept) / 2;
    for (auto& slots : slots_) {
      const auto first = slots.begin() + static_cast<std::ptrdiff_t>(kept);
      slots.erase(first, first + static_cast<std::ptrdiff_t>(n));
      for (std::size_t t = kept; t < slots.size(); ++t) {
        rotate(slots[t].key, n, true);
        for (std::int32_t& k : slots[t].key) k = clamp_to(k, llm::kKeyBound);
      }
    }
    position_ = window_ - n;
  }

  const llm::Weights& w_;
  const llm::Config& c_;
  std::uint32_t window_;
  std::size_t position_ = 0;
  std::vector<Numbers> residuals_;
  std::vector<std::vector<Slot>> slots_;  // [L * G]
};

}  // namespace czip::test
