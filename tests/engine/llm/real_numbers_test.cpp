// The integers stand for the real numbers that section 5 of conformance/czip-network-llm.md says:
// the same model in floating point gives nearly the same logits. An importer's formulas are the
// inverse of those here.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "czip/engine/llm/state.hpp"
#include "support/llm_seeded_model.hpp"

namespace czip::llm {
namespace {

using Reals = std::vector<double>;

// A window that never moves, in the model's units.
class RealModel {
 public:
  explicit RealModel(const Weights& weights) : w_(weights), c_(weights.config) {
    slots_.resize(std::size_t{c_.layers} * c_.kv_heads);
  }

  Reals step(std::uint32_t token) {
    Reals r(c_.width);
    for (std::size_t i = 0; i < r.size(); ++i) {
      r[i] = std::ldexp(static_cast<std::int8_t>(w_.embedding[token * c_.width + i]) *
                            static_cast<double>(w_.embedding_scale[token]),
                        -w_.embedding_shift);
      if (c_.rotary == 0) r[i] += w_.positions[position_ * c_.width + i];
    }
    for (std::size_t layer = 0; layer < c_.layers; ++layer) {
      const Layer& of = w_.layers[layer];
      add(r, product(of.output, attention(layer, r), quantized_exponent(of.output)));
      add(r, product(of.down, hidden(of, r), quantized_exponent(of.down)));
    }
    ++position_;
    return product(w_.head, normalize(r), normalized_exponent(w_.head));
  }

 private:
  // The real value of a step of w * scale: U is 1 or 2^31.
  static int normalized_exponent(const Matrix& m) {
    return 31 - accumulator_shift(m.inputs) - m.shift;
  }
  static int quantized_exponent(const Matrix& m) { return normalized_exponent(m) - 31; }

  static Reals product(const Matrix& m, const Reals& x, int exponent) {
    Reals y(m.outputs);
    for (std::size_t o = 0; o < m.outputs; ++o) {
      for (std::size_t i = 0; i < m.inputs; ++i)
        y[o] += (m.tiles[tile_place(o, i, m.inputs)] - kWeightOffset) * x[i];
      y[o] = std::ldexp(y[o] * m.scale[o] * 127, exponent) + (m.bias.empty() ? 0 : m.bias[o]);
    }
    return y;
  }
  static void add(Reals& r, const Reals& y) {
    for (std::size_t i = 0; i < r.size(); ++i) r[i] += y[i];
  }
  [[nodiscard]] Reals normalize(Reals r) const {
    auto sum = static_cast<double>(c_.epsilon);
    for (const double x : r) sum += x * x;
    for (double& x : r) x /= std::sqrt(sum);
    return r;
  }

  void rotate(double* head) const {
    const std::size_t half = c_.rotary / 2;
    for (std::size_t i = 0; i < half; ++i) {
      const double cosine = w_.rotary[position_ * c_.rotary + i] / 16384.0;
      const double sine = w_.rotary[position_ * c_.rotary + half + i] / 16384.0;
      const double a = head[i];
      head[i] = a * cosine - head[i + half] * sine;
      head[i + half] = head[i + half] * cosine + a * sine;
    }
  }

  // In 2^-15 of the values' units.
  Reals attention(std::size_t layer, const Reals& r) {
    const Layer& of = w_.layers[layer];
    Reals y = product(of.qkv, normalize(r), normalized_exponent(of.qkv));
    const std::size_t n = c_.head_size;
    for (std::size_t h = 0; h < c_.heads + c_.kv_heads; ++h) rotate(y.data() + h * n);
    const double* keys = y.data() + c_.query_width();
    const double* values = keys + c_.key_width();
    Reals out;
    for (std::size_t g = 0; g < c_.kv_heads; ++g) {
      auto& slots = slots_[layer * c_.kv_heads + g];
      slots.emplace_back(Reals(keys + g * n, keys + (g + 1) * n),
                         Reals(values + g * n, values + (g + 1) * n));
      const std::size_t heads = c_.heads / c_.kv_heads;
      for (std::size_t h = g * heads; h < (g + 1) * heads; ++h) {
        Reals c(n);
        double sum = 0;
        for (const auto& [key, value] : slots) {
          double score = 0;
          for (std::size_t i = 0; i < n; ++i) score += y[h * n + i] * key[i];
          const double weight = std::exp2(std::ldexp(score, -8 - of.score_shift));
          sum += weight;
          for (std::size_t i = 0; i < n; ++i) c[i] += weight * value[i];
        }
        for (const double x : c) out.push_back(32768 * x / sum);
      }
    }
    return out;
  }

  [[nodiscard]] Reals hidden(const Layer& of, const Reals& r) const {
    const Reals y = product(of.up, normalize(r), normalized_exponent(of.up));
    Reals z(c_.feed_forward);
    for (std::size_t i = 0; i < z.size(); ++i) {
      const double g = y[i] / 4096;
      z[i] = g / (1 + std::exp(-g)) * (c_.gated != 0 ? 16 * y[i + c_.feed_forward] : 65536);
    }
    Reals transformed(z.size());
    for (std::size_t i = 0; i < z.size(); ++i)
      for (std::size_t j = 0; j < c_.block; ++j)
        transformed[i] +=
            (std::popcount(i % c_.block & j) % 2 == 0 ? 1 : -1) * z[i - i % c_.block + j];
    return transformed;
  }

  const Weights& w_;
  const Config& c_;
  std::size_t position_ = 0;
  std::vector<std::vector<std::pair<Reals, Reals>>> slots_;
};

TEST_CASE("logits are nearly those of the same model in real numbers") {
  for (const bool rotary : {true, false}) {
    CAPTURE(rotary);
    test::SeededLlmOptions options;
    if (!rotary) {
      options.config.rotary = 0;
      options.config.gated = 0;
      options.config.biases = kAllBiases;
    }
    const auto bytes = test::write_safetensors(test::make_seeded_llm(options));
    const auto file = safetensors::File::parse(bytes);
    REQUIRE(file.has_value());
    auto weights = Weights::parse(*file);
    REQUIRE(weights.has_value());
    RealModel real(*weights);
    const auto network = Network::create(*weights, SimdLevel::scalar);
    REQUIRE(network.has_value());
    auto state = State::create(*network, {});
    REQUIRE(state.has_value());
    std::vector<std::int32_t> logits(options.config.vocabulary);
    double squares = 0;
    double errors = 0;
    for (std::uint32_t t = 0; t < 40; ++t) {
      const Row row{0, t * 37 % options.config.vocabulary};
      state->forward({&row, 1}, logits);
      const Reals expected = real.step(row.token);
      for (std::size_t i = 0; i < logits.size(); ++i) {
        squares += expected[i] * expected[i];
        errors += (logits[i] - expected[i]) * (logits[i] - expected[i]);
      }
    }
    const double relative = std::sqrt(errors / squares);
    CAPTURE(relative);
    CHECK(relative < 0.04);  // of int8 inputs, in two layers
    CHECK(relative > 0.0001);
  }
}

}  // namespace
}  // namespace czip::llm
